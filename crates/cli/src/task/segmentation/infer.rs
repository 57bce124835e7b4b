//! Segmentation of plain pictures.

use anyhow::Result;
use scalenas_data::segmentation::{LabelMap, LabelledPicture, SegmentationFacts};
use scalenas_data::{WholePictures, segmentation::WholePicture};
use scalenas_kernels::KernelBackend;
use scalenas_report::{Palette, overlay};
use scalenas_train::Network;
use scalenas_train::segmentation::{SegmentOptions, segment_all};
use serde_json::{Value, json};

use crate::data::facts::segmentation_facts;
use crate::data::report_skipped;
use crate::files::write_file;
use crate::render::ProgressView;
use crate::render::pictures::{self, OPACITY};
use crate::task::infer::{InferRequest, Picture, Predicted};

/// Pixels of every class in every picture that was segmented.
struct Pixels {
    facts: SegmentationFacts,
    /// Position of the picture, and pixels per class.
    counts: Vec<(usize, Vec<u64>)>,
}

/// Segments every picture.
pub fn infer<B: KernelBackend>(
    network: &impl Network<B>,
    request: &InferRequest<'_>,
    device: &B::Device,
) -> Result<Box<dyn Predicted>> {
    let facts = segmentation_facts(request.facts)?;
    let list = request.pictures.iter().map(|picture| LabelledPicture {
        name: picture.name.clone(),
        image: picture.path.clone(),
        labels: None,
    });
    let whole = WholePictures::new(list.collect(), &facts, request.reading);
    let options = SegmentOptions {
        scales: request.scales.to_vec(),
        flip: request.flip,
        ..SegmentOptions::new(request.cell, request.workers)
    };
    let shown = ProgressView::new(request.output);
    let (mut counts, mut failure) = (Vec::new(), None);
    let seen = |picture: &WholePicture, classes: &[u8]| {
        let mut pixels = vec![0; facts.classes.len()];
        for &class in classes {
            pixels[usize::from(class)] += 1;
        }
        counts.push((picture.index, pixels));
        if failure.is_none() {
            failure = write_files(request, &facts, picture, classes).err();
        }
        Ok(())
    };
    segment_all(network, &whole, &options, &shown, device, seen)?;
    report_skipped(&whole.skipped(), request.output);
    failure.map_or(Ok(()), Err)?;
    Ok(Box::new(Pixels { facts, counts }))
}

/// Writes the requested overlay and label picture of one picture.
fn write_files(
    request: &InferRequest<'_>,
    facts: &SegmentationFacts,
    picture: &WholePicture,
    classes: &[u8],
) -> Result<()> {
    let name = &request.pictures[picture.index].short;
    if let Some(folder) = request.drawn {
        let palette = Palette::new(facts.colours()).expect("facts have classes");
        let drawn = overlay(&picture.image, classes, &palette, OPACITY)?;
        pictures::file::write(folder, name, &drawn)?;
    }
    if let Some(folder) = request.labels {
        let id = |&class: &u8| facts.id(class);
        let ids: Vec<u8> = classes.iter().map(id).collect();
        let path = pictures::file::below(folder, name, "png");
        write_file(&path, LabelMap::encode(&ids, picture.image.size()))?;
    }
    Ok(())
}

impl Pixels {
    /// Share of every class in a picture.
    fn shares(pixels: &[u64]) -> impl Iterator<Item = f64> {
        let all = pixels.iter().sum::<u64>().max(1) as f64;
        pixels.iter().map(move |&count| count as f64 / all)
    }
}

impl Predicted for Pixels {
    fn to_json(&self, pictures: &[Picture]) -> Value {
        let names: Vec<&str> = self.facts.classes.iter().map(|class| &*class.name).collect();
        let results = self
            .counts
            .iter()
            .map(|(index, pixels)| json!({ "file_name": pictures[*index].name, "pixels": pixels }));
        json!({ "classes": names, "pictures": results.collect::<Vec<_>>() })
    }

    /// One row per picture, with the share of every class.
    fn to_rows(&self, pictures: &[Picture]) -> Vec<Vec<String>> {
        let names = self.facts.classes.iter().map(|class| class.name.clone());
        let mut rows = vec![std::iter::once("picture".to_owned()).chain(names).collect()];
        for (index, pixels) in &self.counts {
            let shares = Self::shares(pixels).map(|share| format!("{share:.5}"));
            rows.push(std::iter::once(pictures[*index].name.clone()).chain(shares).collect());
        }
        rows
    }

    fn summary(&self) -> String {
        format!("{} pictures segmented", self.counts.len())
    }
}
