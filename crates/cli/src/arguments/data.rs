//! Data set of a verb, its files, and the treatment of its pictures.

use std::path::{Path, PathBuf, absolute};

use anyhow::Result;
use clap::Args;
use scalenas_data::{BadImages, BoxPadding, DataFiles, PartFiles, PictureOptions, Reading};

use super::choices::Boxes;
use super::values;
use crate::error::user;

/// Data set of a verb.
#[derive(Debug, Args)]
pub struct DataArguments {
    /// Data set folder in the layout of the task; overrides that of the run or experiment file
    #[arg(id = "data", long = "data", value_name = "DATA")]
    pub folder: Option<PathBuf>,
    /// Reading of pictures.
    #[command(flatten)]
    pub pictures: PictureArguments,
}

/// Reading of pictures.
#[derive(Debug, Args)]
pub struct PictureArguments {
    /// Leave out pictures that are missing or damaged, and say how many
    #[arg(long)]
    pub skip_bad_images: bool,
    /// Turn pictures as their EXIF orientation tag says, where they were annotated as viewers show them
    #[arg(long)]
    pub apply_exif: bool,
    /// Largest decoded picture in MiB of red, green and blue; larger ones count as damaged
    #[arg(long, value_name = "MIB", default_value_t = PictureOptions::default().largest_mib,
        value_parser = values::count)]
    pub largest_picture: usize,
}

impl PictureArguments {
    /// Reading of pictures.
    pub fn reading(&self) -> Reading {
        let bad = if self.skip_bad_images { BadImages::Skip } else { BadImages::Fail };
        let (apply_exif, largest_mib) = (self.apply_exif, self.largest_picture);
        Reading { bad, pictures: PictureOptions { apply_exif, largest_mib } }
    }
}

impl DataArguments {
    /// Reading of pictures.
    pub fn reading(&self) -> Reading {
        self.pictures.reading()
    }

    /// Reading of the pictures that a run learnt from, whose own files say whether they are turned.
    pub fn reading_of_run(&self) -> Reading {
        let mut reading = self.reading();
        reading.pictures.apply_exif = false;
        reading
    }
}

/// Files of a data set that has another layout.
#[derive(Debug, Args)]
pub struct FileArguments {
    /// COCO annotations of the training part, and of the held-out part unless there is --val-share
    /// [default: those of the layout]
    #[arg(long, num_args = 1..=2, value_names = ["TRAIN", "VAL"])]
    pub annotations: Vec<PathBuf>,
    /// Folders of their pictures; one for both parts, or one each [default: those of the layout]
    #[arg(long, num_args = 1..=2, value_names = ["TRAIN", "VAL"])]
    pub images: Vec<PathBuf>,
    /// Share of the training part's pictures to hold out, for data sets without a held-out part
    #[arg(long, value_name = "SHARE", value_parser = values::share)]
    pub val_share: Option<f64>,
    /// Category of the people in annotation files, by name or id [default: that with their joints]
    #[arg(long)]
    pub category: Option<String>,
    /// Boxes that top-down networks crop [default: annotated]
    #[arg(long, value_enum)]
    pub boxes: Option<Boxes>,
    /// Size of their crops relative to the boxes; 1 for boxes that have a margin [default: 1.25]
    #[arg(long, value_name = "FACTOR", value_parser = values::box_padding)]
    pub box_padding: Option<BoxPadding>,
}

impl FileArguments {
    /// Changes files as the arguments say; `data` is the folder of the data set, below which paths become
    /// relative, so that the data set can be moved.
    pub fn apply(
        &self,
        files: &mut DataFiles,
        data: &Path,
        pictures: &PictureArguments,
    ) -> Result<()> {
        let below = |path: &PathBuf| -> Result<PathBuf> {
            let (path, data) = (absolute(path)?, absolute(data)?);
            Ok(path.strip_prefix(&data).map(Path::to_owned).unwrap_or(path))
        };
        if let [train, rest @ ..] = &self.annotations[..] {
            files.train.annotations = Some(below(train)?);
            files.val.annotations = rest.first().map(below).transpose()?;
            if rest.is_empty() && self.val_share.or(files.val_share).is_none() {
                return Err(user(format!(
                    "--annotations {}: nothing is held out; accepted: two files, or --val-share SHARE",
                    train.display()
                )));
            }
        }
        if let [train, ..] = &self.images[..] {
            files.train.images = Some(below(train)?);
            files.val.images = self.images.last().map(below).transpose()?;
        }
        if let Some(share) = self.val_share {
            files.val_share = Some(share);
            files.val = PartFiles::default();
        }
        files.category = self.category.clone().or(files.category.take());
        files.apply_exif |= pictures.apply_exif;
        files.boxes = self.boxes.map_or(files.boxes, Into::into);
        files.box_padding = self.box_padding.unwrap_or(files.box_padding);
        Ok(())
    }

    /// Folder of the data set where none is named: that of the training part's annotations.
    pub fn folder(&self) -> Option<PathBuf> {
        let parent = self.annotations.first()?.parent()?;
        Some(if parent.as_os_str().is_empty() { PathBuf::from(".") } else { parent.to_owned() })
    }
}
