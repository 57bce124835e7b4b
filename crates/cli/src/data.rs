//! Data sets in COCO layout: where their files are, and who is in them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use scalenas_data::{
    Augmentation, BadImages, CocoKeypoints, HeatmapCodec, KeypointFacts, PersonBox, PoseDataset,
    SkippedImage, annotation_boxes, augment::Augment, training_people,
};

use crate::fault::user;
use crate::output::Output;

/// One part of a data set.
#[derive(Debug, Clone)]
pub struct Split {
    /// Annotation file.
    pub annotations: PathBuf,
    /// Folder of the pictures.
    pub images: PathBuf,
}

/// What to do with bad pictures, from a flag.
pub fn bad_images(skip: bool) -> BadImages {
    if skip { BadImages::Skip } else { BadImages::Fail }
}

/// The files of `train` or `val` below a folder: COCO's own layout, with the picture folders below
/// `images` or beside `annotations`, or that of `CrowdPose`, with all pictures in `images`.
pub fn split(root: &Path, name: &str) -> Result<Split> {
    let folder = root.join("annotations");
    let annotations = folder.join(format!("person_keypoints_{name}2017.json"));
    let crowdpose = folder.join(format!("crowdpose_{name}.json"));
    if !annotations.exists() && crowdpose.exists() {
        return Ok(Split { annotations: crowdpose, images: root.join("images") });
    }
    if !annotations.exists() {
        return Err(user(format!(
            "data set {}: no file {}; expected COCO layout with \
             annotations/person_keypoints_{name}2017.json and images/{name}2017/",
            root.display(),
            annotations.display(),
        )));
    }
    let folders =
        [root.join("images").join(format!("{name}2017")), root.join(format!("{name}2017"))];
    match folders.iter().find(|folder| folder.is_dir()) {
        Some(images) => Ok(Split { annotations, images: images.clone() }),
        None => Err(user(format!(
            "data set {}: no picture folder; looked for {} and {}",
            root.display(),
            folders[0].display(),
            folders[1].display(),
        ))),
    }
}

/// A part of a data set with its joints, at an input size.
pub struct People {
    /// Ground truth.
    pub coco: CocoKeypoints,
    /// Facts of the joints.
    pub facts: KeypointFacts,
    /// Height and width of the network's input.
    pub input: (usize, usize),
    /// Where the files are.
    pub files: Split,
}

impl People {
    /// Reads the annotations.
    pub fn read(files: Split, facts: &KeypointFacts, input: (usize, usize)) -> Result<Self> {
        let coco = CocoKeypoints::read(&files.annotations, facts)?;
        Ok(Self { coco, facts: facts.clone(), input, files })
    }

    /// People to learn from.
    pub fn training(
        &self,
        augment: Augment,
        seed: u64,
        bad: BadImages,
    ) -> Result<Arc<PoseDataset>> {
        let dataset = self.dataset(training_people(&self.coco, self.input))?;
        let dataset = dataset.with_augmentation(Augmentation::Training(augment), seed)?;
        Ok(Arc::new(dataset.with_bad_images(bad)))
    }

    /// The annotated boxes, at most `most` of them if it is above 0.
    pub fn annotated(&self, most: usize, bad: BadImages) -> Result<Arc<PoseDataset>> {
        let mut people = annotation_boxes(&self.coco, self.input);
        if most > 0 {
            people.truncate(most);
        }
        Ok(Arc::new(self.dataset(people)?.with_bad_images(bad)))
    }

    /// Boxes of the caller's choice.
    pub fn boxes(&self, people: Vec<PersonBox>, bad: BadImages) -> Result<Arc<PoseDataset>> {
        Ok(Arc::new(self.dataset(people)?.with_bad_images(bad)))
    }

    fn dataset(&self, people: Vec<PersonBox>) -> Result<PoseDataset> {
        if people.is_empty() {
            return Err(user(format!(
                "{}: no usable person (crowds, people without joints and boxes outside the picture \
                 do not count)",
                self.files.annotations.display()
            )));
        }
        let codec = HeatmapCodec::new(self.input, self.facts.joints.len())?;
        let facts = self.facts.clone();
        Ok(PoseDataset::new(&self.files.images, &self.coco, people, facts, codec)?)
    }
}

/// Ids of the pictures that a data set's people are in, each once.
pub fn image_ids(dataset: &PoseDataset) -> Vec<i64> {
    let mut ids: Vec<i64> = dataset.people().iter().map(|person| person.image_id).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Tells which pictures were left out.
pub fn say_skipped(skipped: &[SkippedImage], output: Output) {
    if skipped.is_empty() {
        return;
    }
    let samples: usize = skipped.iter().map(|image| image.samples).sum();
    output.say(format!("left out {} bad pictures with {samples} samples:", skipped.len()));
    for image in skipped {
        output.say(format!("  {}: {}", image.path.display(), image.reason));
    }
}
