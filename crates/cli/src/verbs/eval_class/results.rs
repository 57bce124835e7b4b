//! Printed results of a classification.

use anyhow::Result;
use scalenas_data::ClassificationFacts;
use scalenas_eval::classification::TopStats;
use serde_json::{Map, Value, json};

use crate::render::{Output, table};

/// Classes of the printed table at most; all of them are in the JSON object.
const ROWS: usize = 40;

/// Prints the shares of right pictures, over all and per class.
pub fn report(facts: &ClassificationFacts, stats: &TopStats, output: Output) -> Result<()> {
    let classes = facts.classes.iter().zip(&stats.classes);
    let per_class: Map<String, Value> =
        classes.clone().map(|(class, share)| (class.folder.clone(), json!(share))).collect();
    let value = json!({
        "pictures": stats.pictures,
        "top_one": stats.top1,
        "top_five": stats.top5,
        "class_mean": stats.class_mean,
        "classes": per_class,
    });
    let row = |name: &str, share: f64| vec![name.to_owned(), format!("{share:.4}")];
    let mut rows: Vec<Vec<String>> = if facts.classes.len() > ROWS {
        Vec::new()
    } else {
        classes.filter_map(|(class, share)| Some(row(&class.name, (*share)?))).collect()
    };
    rows.push(row("mean over classes", stats.class_mean));
    rows.push(row("top-5", stats.top5));
    rows.push(row("top-1", stats.top1));
    let text = format!("{}\n{} pictures", table(&["class", "share right"], &rows), stats.pictures);
    output.result(&value, text)
}
