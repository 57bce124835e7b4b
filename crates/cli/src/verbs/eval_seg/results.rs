//! Printed results of a segmentation.

use anyhow::Result;
use scalenas_eval::semantic::SemanticStats;
use serde_json::json;

use super::target::Target;
use crate::render::{Output, table};

/// Prints mean IoU and the IoU per class.
pub fn report(target: &Target<'_>, stats: &SemanticStats, output: Output) -> Result<()> {
    let facts = target.pictures.facts();
    let list = target.pictures.list();
    if list.iter().all(|picture| picture.labels.is_none()) {
        let count = list.len();
        let value = json!({ "pictures": count, "mean_iou": null });
        return output.result(&value, format!("{count} pictures predicted, none has labels"));
    }
    let classes = facts.classes.iter().zip(stats.iou.iter().zip(&stats.present));
    let per_class = classes.clone().map(|(class, (iou, present))| {
        (class.name.clone(), if *present { json!(iou) } else { json!(null) })
    });
    let per_class: serde_json::Map<String, serde_json::Value> = per_class.collect();
    let value = json!({
        "pictures": list.len(),
        "mean_iou": stats.mean_iou,
        "mean_iou_present": stats.present_mean_iou(),
        "mean_accuracy": stats.mean_accuracy,
        "pixel_accuracy": stats.pixel_accuracy,
        "iou": per_class,
    });
    let mut rows: Vec<Vec<String>> = classes
        .map(|(class, (iou, present))| {
            let iou = if *present { format!("{iou:.4}") } else { "-".to_owned() };
            vec![class.name.clone(), iou]
        })
        .collect();
    let row = |name: &str, value: f64| vec![name.to_owned(), format!("{value:.4}")];
    rows.push(row("mean", stats.mean_iou));
    rows.push(row("mean of present classes", stats.present_mean_iou()));
    rows.push(row("pixel accuracy", stats.pixel_accuracy));
    output.result(&value, table(&["class", "IoU"], &rows))
}
