//! Metrics against reference numbers, properties, and input that is damaged.

mod common;

mod coco_golden;
mod crowdpose_golden;
mod edge_cases;
mod grouping_golden;
mod grouping_input;
mod nms_golden;
mod properties;
mod segmentation_golden;
