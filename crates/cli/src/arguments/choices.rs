//! Choices that several verbs offer.

use clap::ValueEnum;
use scalenas_space::Head;

/// Prediction that networks make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Task {
    /// Joints of people
    Pose,
    /// A class per pixel
    Segmentation,
    /// A class per picture
    Classification,
}

impl Task {
    /// Whether a head learns the task.
    pub fn is_learnt_by(self, head: Head) -> bool {
        match head {
            Head::TopDown { .. } | Head::BottomUp { .. } => self == Self::Pose,
            Head::Segmentation { .. } => self == Self::Segmentation,
            Head::Classification { .. } => self == Self::Classification,
        }
    }
}

/// Method of pose estimation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum PoseHead {
    /// One person per crop
    #[default]
    TopDown,
    /// All people of a picture at once
    BottomUp,
}

/// Boxes that top-down networks crop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Boxes {
    /// Those of the annotations
    Annotated,
    /// The whole picture, for pictures of one person or animal
    Whole,
}

impl From<Boxes> for scalenas_data::BoxSource {
    fn from(choice: Boxes) -> Self {
        match choice {
            Boxes::Annotated => Self::Annotated,
            Boxes::Whole => Self::Whole,
        }
    }
}

/// Whether predictions are averaged with those of the mirrored picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FlipTest {
    /// Average both
    On,
    /// The picture alone
    Off,
}

impl From<FlipTest> for scalenas_train::FlipTest {
    fn from(choice: FlipTest) -> Self {
        match choice {
            FlipTest::On => Self::On,
            FlipTest::Off => Self::Off,
        }
    }
}
