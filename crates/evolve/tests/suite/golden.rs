//! Selection order against the reference implementation.

use scalenas_evolve::peel;

use crate::shared::shared;

#[test]
#[cfg_attr(not(reference_data), ignore = "no reference data: set SCALENAS_SHARED")]
fn survivors_come_in_the_reference_order() {
    let path = shared().join("golden/eval/segmentation_evolution.json");
    let text = std::fs::read_to_string(path).expect("a reference file");
    let golden: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let selection = &golden["selection"];
    let population = selection["population"].as_array().expect("a list");
    let column = |key: &str| -> Vec<f64> {
        population.iter().map(|m| m[key].as_f64().expect("a number")).collect()
    };
    let keep = selection["keep"].as_u64().expect("a count") as usize;
    let columns = column("gmacs").into_iter().zip(column("accuracy"));
    let points: Vec<Vec<f64>> = columns.map(|(cost, accuracy)| vec![cost, -accuracy]).collect();
    let kept = peel(&points, keep);
    let ids: Vec<&str> =
        kept.iter().map(|&i| population[i]["id"].as_str().expect("an id")).collect();
    let order = selection["order"].as_array().expect("a list");
    let expected: Vec<&str> = order.iter().map(|id| id.as_str().expect("an id")).collect();
    assert_eq!(ids, expected);
}
