//! Annotated people, ready for matching.
//!
//! The matching engine works on ids from zero upward, so images become their rank among the sorted
//! ids and annotations their place in the file, plus one. The order of both stays that of the COCO
//! evaluator: images by id, annotations as in the file.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use hotcoco::{COCO, COCOeval, IouType};
use scalenas_coco::{AnnotatedPerson, AreaSource, CocoResult, GroundTruth, results};

use super::source::Results;
use crate::error::{Error, Result};
use crate::keypoints::sigmas::Sigmas;

/// The annotations of one file, checked, with the sigmas that they are matched with.
#[derive(Clone)]
pub(crate) struct Truth {
    /// The annotation file, for messages.
    file: String,
    coco: Arc<COCO>,
    sigmas: Sigmas,
    /// Image ids as the file has them, ascending; the position is the engine's id.
    images: Vec<i64>,
    /// `crowdIndex` of each image, where given.
    crowd_index: Vec<Option<f64>>,
    categories: BTreeSet<u64>,
    /// The engine's id of the annotation that has id 0 in the file.
    zero_id: Option<u64>,
    /// Engine ids of the images to evaluate; none for all.
    selected: Option<BTreeSet<u64>>,
}

impl Truth {
    /// The annotations in the file at `path`, whose joints must be those of `sigmas`.
    pub fn read(path: &Path, sigmas: &Sigmas, area: AreaSource) -> Result<Self> {
        let GroundTruth { file, images, people, categories, zero_id } =
            GroundTruth::read(path, sigmas.joint_set(), area)?;
        let annotations = people.into_iter().map(annotation).collect();
        Ok(Self {
            file,
            coco: Arc::new(COCO::from_dataset(dataset(images.len(), &categories, annotations))),
            sigmas: sigmas.clone(),
            crowd_index: images.iter().map(|image| image.crowd_index).collect(),
            images: images.into_iter().map(|image| image.id).collect(),
            categories,
            zero_id: zero_id.map(engine_id),
            selected: None,
        })
    }

    /// The categories of the file.
    pub fn categories(&self) -> &BTreeSet<u64> {
        &self.categories
    }

    /// The engine's id of the annotation that has id 0 in the file.
    pub fn zero_id(&self) -> Option<u64> {
        self.zero_id
    }

    /// `crowdIndex` of the image with the engine's id `image`.
    pub fn crowd_index(&self, image: u64) -> Option<f64> {
        self.crowd_index[image as usize]
    }

    /// 1 for an image, by the engine's id, that is one of those to evaluate, else 0.
    pub fn once(&self, image: u64) -> usize {
        usize::from(self.selected.as_ref().is_none_or(|selected| selected.contains(&image)))
    }

    /// Engine ids of the images to evaluate, ascending.
    pub fn evaluated(&self) -> Vec<u64> {
        let all = || (0..self.images.len() as u64).collect();
        self.selected.as_ref().map_or_else(all, |selected| selected.iter().copied().collect())
    }

    /// An error unless every image has a `crowdIndex`.
    pub fn require_crowd_index(&self) -> Result<()> {
        let absent = self.crowd_index.iter().position(Option::is_none);
        absent.map_or(Ok(()), |image| {
            Err(Error::Coco(scalenas_coco::Error::Missing {
                file: self.file.clone(),
                entry: format!("image {}", self.images[image]),
                key: "crowdIndex",
                accepted: "CrowdPose annotations, with a crowdIndex in [0, 1] per image",
            }))
        })
    }

    /// These annotations, evaluated on the images with these ids only.
    pub fn select(&self, ids: &[i64]) -> Result<Self> {
        let ranks: Vec<Option<u64>> = ids.iter().map(|id| self.rank(*id)).collect();
        let mut unknown = ids.iter().zip(&ranks).filter(|(_, rank)| rank.is_none());
        if let Some((first, _)) = unknown.next() {
            return Err(Error::UnknownImages {
                file: "selected images".into(),
                count: 1 + unknown.count(),
                first: *first,
                annotations: self.file.clone(),
            });
        }
        Ok(Self { selected: Some(ranks.into_iter().flatten().collect()), ..self.clone() })
    }

    /// One in `parts` of the images to evaluate, and their ids.
    pub fn part(&self, parts: usize) -> (Self, Vec<i64>) {
        let kept: BTreeSet<u64> = self.evaluated().into_iter().step_by(parts).collect();
        let ids = kept.iter().map(|&image| self.images[image as usize]).collect();
        (Self { selected: Some(kept), ..self.clone() }, ids)
    }

    /// Matches `results` against the annotations; returns the engine and the number of results.
    pub fn match_results(&self, results: Results<'_>, filter: Filter) -> Result<(COCOeval, usize)> {
        match results {
            Results::File(path) => {
                let file = path.display().to_string();
                self.match_list(&results::read(path)?, &file, filter)
            }
            Results::Memory(list) => self.match_list(list, "results", filter),
        }
    }

    fn match_list(
        &self,
        results: &[CocoResult],
        file: &str,
        filter: Filter,
    ) -> Result<(COCOeval, usize)> {
        let detections = self.detections(results, file, filter)?;
        let found = self.coco.load_res_anns(detections).expect("scores were checked for NaN");
        let mut engine = COCOeval::new(Arc::clone(&self.coco), found, IouType::Keypoints);
        engine.params.kpt_oks_sigmas = self.sigmas.values().to_vec();
        engine.evaluate().expect("keypoint matching accepts every input");
        Ok((engine, results.len()))
    }

    /// `results` in the engine's terms, checked.
    fn detections(
        &self,
        results: &[CocoResult],
        file: &str,
        filter: Filter,
    ) -> Result<Vec<hotcoco::Annotation>> {
        self.check_images(results, file)?;
        for (index, result) in results.iter().enumerate() {
            self.check_result(result, file, index)?;
        }
        let wanted = results.iter().filter(|result| filter.passes(result));
        Ok(wanted.map(|result| self.detection(result)).collect())
    }

    fn check_images(&self, results: &[CocoResult], file: &str) -> Result<()> {
        let mut unknown = results.iter().filter(|result| self.rank(result.image_id).is_none());
        unknown.next().map_or(Ok(()), |first| {
            Err(Error::UnknownImages {
                file: file.into(),
                count: 1 + unknown.count(),
                first: first.image_id,
                annotations: self.file.clone(),
            })
        })
    }

    fn check_result(&self, result: &CocoResult, file: &str, index: usize) -> Result<()> {
        result.check(file, index, self.sigmas.joint_set())?;
        if !self.categories.contains(&result.category_id) {
            let accepted = self.categories.iter().map(u64::to_string).collect::<Vec<_>>();
            return Err(Error::UnknownCategory {
                file: file.into(),
                entry: result.entry(index),
                found: result.category_id,
                accepted: format!("{} (the categories of {})", accepted.join(", "), self.file),
            });
        }
        Ok(())
    }

    fn detection(&self, result: &CocoResult) -> hotcoco::Annotation {
        hotcoco::Annotation {
            image_id: self.rank(result.image_id).expect("images were checked"),
            category_id: result.category_id,
            bbox: result.bbox,
            keypoints: Some(result.keypoints.as_flattened().to_vec()),
            score: Some(result.score),
            ..hotcoco::Annotation::default()
        }
    }

    fn rank(&self, image_id: i64) -> Option<u64> {
        self.images.binary_search(&image_id).ok().map(|rank| rank as u64)
    }
}

/// Selection of results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Filter {
    /// All results.
    All,
    /// Results with at least one joint score above 0.
    AnyJoint,
}

impl Filter {
    fn passes(self, result: &CocoResult) -> bool {
        self == Self::All || result.keypoints.iter().any(|joint| joint[2] > 0.0)
    }
}

/// A person in the engine's terms.
fn annotation(person: AnnotatedPerson) -> hotcoco::Annotation {
    hotcoco::Annotation {
        id: engine_id(person.position),
        image_id: person.image as u64,
        category_id: person.category_id,
        bbox: Some(person.bbox),
        area: Some(person.area),
        iscrowd: person.iscrowd,
        num_keypoints: person.num_keypoints.map(|count| count as u32),
        keypoints: Some(person.keypoints.into_flattened()),
        ..hotcoco::Annotation::default()
    }
}

/// Engine ids start at 1, which leaves 0 free for "unmatched".
fn engine_id(position: usize) -> u64 {
    position as u64 + 1
}

fn dataset(
    images: usize,
    categories: &BTreeSet<u64>,
    annotations: Vec<hotcoco::Annotation>,
) -> hotcoco::Dataset {
    let image = |id| hotcoco::Image { id, ..hotcoco::Image::default() };
    let category = |id: &u64| hotcoco::Category {
        id: *id,
        name: id.to_string(),
        ..hotcoco::Category::default()
    };
    hotcoco::Dataset {
        images: (0..images as u64).map(image).collect(),
        annotations,
        categories: categories.iter().map(category).collect(),
        ..hotcoco::Dataset::default()
    }
}
