//! Pictures that a network segments, and the files written about them.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use scalenas_data::Part;
use scalenas_data::segmentation::{
    LabelMap, SegmentationFacts, WholePicture, WholePictures, read_list,
};
use scalenas_eval::semantic::SemanticStats;
use scalenas_kernels::KernelBackend;
use scalenas_report::{Palette, overlay};
use scalenas_space::SpaceSpec;
use scalenas_train::Network;
use scalenas_train::segmentation::{SegmentOptions, segment_all};

use super::arguments::Arguments;
use crate::data::{Origin, Share};
use crate::error::user;
use crate::files::write_file;
use crate::render::pictures::{self, OPACITY};
use crate::render::{Output, ProgressView};
use crate::task::{labelled, warn_of_positions, whole};

/// Threads that read pictures.
const WORKERS: usize = 2;

/// Pictures to segment, options of prediction, and files to write.
pub struct Target<'a> {
    arguments: &'a Arguments,
    /// Pictures to predict.
    pub pictures: Arc<WholePictures>,
    options: SegmentOptions,
    palette: Palette,
}

impl<'a> Target<'a> {
    /// Reads the data and checks that the network fits.
    pub fn new(
        arguments: &'a Arguments,
        space: &SpaceSpec,
        facts: &SegmentationFacts,
        data: Origin<'_>,
        origin: &Path,
    ) -> Result<Self> {
        let predicted = space.classes().unwrap_or(0);
        if predicted != facts.classes.len() {
            return Err(user(format!(
                "{} predicts {} classes, but {} has {}; name the right classes with --facts",
                origin.display(),
                predicted,
                facts.name,
                facts.classes.len(),
            )));
        }
        let palette = Palette::new(facts.colours()).expect("facts have classes");
        let options = SegmentOptions {
            scales: arguments.scales.clone(),
            flip: arguments.flip_test.into(),
            window: arguments.window,
            ..SegmentOptions::new(space.coarsest_stride(), WORKERS)
        };
        Ok(Self { arguments, pictures: pictures(arguments, facts, data)?, options, palette })
    }

    /// Segments all pictures and writes the requested files.
    pub fn predict<B: KernelBackend>(
        &self,
        net: &impl Network<B>,
        output: Output,
        device: &B::Device,
    ) -> Result<SemanticStats> {
        let mut failure = None;
        let seen = |picture: &WholePicture, classes: &[u8]| {
            // The first failure to write is the one to report; predictions go on to be counted.
            if failure.is_none() {
                failure = self.write_files(picture, classes).err();
            }
            Ok(())
        };
        let shown = ProgressView::new(output);
        let stats = segment_all(net, &self.pictures, &self.options, &shown, device, seen)?;
        failure.map_or(Ok(stats), Err)
    }

    /// Writes the requested overlay and label picture of one picture.
    fn write_files(&self, picture: &WholePicture, classes: &[u8]) -> Result<()> {
        let name = &self.pictures.list()[picture.index].name;
        if let Some(folder) = &self.arguments.pictures {
            let drawn = overlay(&picture.image, classes, &self.palette, OPACITY)?;
            pictures::file::write(folder, name, &drawn)?;
        }
        if let Some(folder) = &self.arguments.submission {
            let ids = ids(self.pictures.facts(), classes);
            let bytes = LabelMap::encode(&ids, picture.image.size());
            write_file(&folder.join(format!("{name}_labelIds.png")), bytes)?;
        }
        Ok(())
    }
}

/// Label values of classes.
fn ids(facts: &SegmentationFacts, classes: &[u8]) -> Vec<u8> {
    classes.iter().map(|&class| facts.id(class)).collect()
}

fn pictures(
    arguments: &Arguments,
    facts: &SegmentationFacts,
    data: Origin<'_>,
) -> Result<Arc<WholePictures>> {
    let reading = data.reading(arguments.data.reading());
    let (folder, share) = match data {
        Origin::Run(source) => {
            let part = [Part::Train, Part::Val].into_iter().find(|p| p.name() == arguments.split);
            (&*source.data, part.map_or(Share::All, |part| Share::of(source, part)))
        }
        Origin::Folder(folder) => (folder.ok_or_else(|| user("give --data FOLDER"))?, Share::All),
    };
    let list = match &arguments.list {
        None => labelled(folder, &arguments.split, share, facts)?,
        Some(list) => {
            let pictures = read_list(list, folder, facts)?;
            warn_of_positions(&pictures, facts);
            pictures
        }
    };
    Ok(whole(list, facts, arguments.most, reading))
}
