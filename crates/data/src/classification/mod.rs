//! Classification of pictures: a folder of pictures per class.
//!
//! [`facts`] lists the classes, [`files`] finds their pictures, [`view`] draws and cuts the part that a network
//! sees, [`dataset`] makes batches.
//!
//! Source: ImageNet's layout in folders, and the crops that networks are usually trained on.

pub mod dataset;
pub mod facts;
pub mod files;
pub mod view;

pub use dataset::{ClassificationBatch, ClassificationDataset, Views};
pub use facts::{ClassificationFacts, PictureClass};
pub use files::{ClassedPicture, class_folders, find};
pub use view::{ClassificationAugment, View, central};
