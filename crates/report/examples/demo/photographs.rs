//! Annotated people drawn on photographs, or a stick figure where no photographs are at hand.

use std::error::Error;
use std::fs;
use std::path::Path;

use scalenas_data::Image8;
use scalenas_report::{
    Colouring, Palette, Person, PoseStyle, Sample, Skeleton, draw_poses, overlay,
};
use serde_json::Value;

const PICTURES: usize = 8;
const QUALITY: u8 = 85;

pub fn samples(shared: Option<&Path>) -> Result<Vec<Sample>, Box<dyn Error>> {
    let Some(shared) = shared else { return Ok(vec![stick_figure()?]) };
    let folder = shared.join("data/coco_mini");
    let file = folder.join("annotations/person_keypoints_val2017.json");
    let coco: Value = serde_json::from_str(&fs::read_to_string(file)?)?;
    let skeleton = skeleton(&coco["categories"][0]);
    let mut samples = Vec::new();
    for image in coco["images"].as_array().into_iter().flatten() {
        let people = people(&coco, &image["id"]);
        if people.is_empty() || samples.len() == PICTURES {
            continue;
        }
        let name = image["file_name"].as_str().unwrap_or_default();
        let pixels = Image8::read(folder.join("images/val2017").join(name))?;
        let colouring = if people.len() > 2 { Colouring::People } else { Colouring::Limbs };
        let style = PoseStyle { colouring, ..PoseStyle::default() };
        let drawn = draw_poses(&pixels, &people, &skeleton, &style)?;
        let caption = format!("{name}: annotated people: {}", people.len());
        samples.push(Sample { caption, image: drawn.to_jpeg(QUALITY) });
    }
    samples.push(street(&shared.join("data/cityscapes_sample"))?);
    Ok(samples)
}

/// The annotated classes of a street scene laid over it.
fn street(folder: &Path) -> Result<Sample, Box<dyn Error>> {
    let name = "val/frankfurt/frankfurt_000000_000294";
    let image = Image8::read(folder.join(format!("leftImg8bit/{name}_leftImg8bit.png")))?;
    let labels = Image8::read(folder.join(format!("gtFine/{name}_gtFine_labelTrainIds.png")))?;
    let classes: Vec<u8> = labels.pixels.iter().copied().step_by(3).collect();
    let drawn = overlay(&image, &classes, &Palette::cityscapes(), 0.55)?;
    Ok(Sample { caption: "Cityscapes, annotated classes".into(), image: drawn.to_jpeg(QUALITY) })
}

fn skeleton(category: &Value) -> Skeleton {
    let joints: Vec<String> =
        serde_json::from_value(category["keypoints"].clone()).unwrap_or_default();
    let limbs: Vec<(usize, usize)> =
        serde_json::from_value(category["skeleton"].clone()).unwrap_or_default();
    let limbs: Vec<_> = limbs.into_iter().map(|(a, b)| (a - 1, b - 1)).collect();
    Skeleton::new(&joints, &limbs)
}

fn people(coco: &Value, image: &Value) -> Vec<Person> {
    let annotations = coco["annotations"].as_array().into_iter().flatten();
    let mine =
        annotations.filter(|a| &a["image_id"] == image && a["num_keypoints"].as_u64() > Some(0));
    mine.map(|annotation| {
        let values: Vec<f64> =
            serde_json::from_value(annotation["keypoints"].clone()).unwrap_or_default();
        Person {
            joints: values.chunks_exact(3).map(|v| [v[0], v[1], v[2].min(1.0)]).collect(),
            bbox: serde_json::from_value(annotation["bbox"].clone()).ok(),
        }
    })
    .collect()
}

fn stick_figure() -> Result<Sample, Box<dyn Error>> {
    let (width, height) = (320, 240);
    let shade =
        |index: usize| [70 + (index / width / 2) as u8, 84, 100 + (index % width / 4) as u8];
    let pixels = (0..width * height).flat_map(shade).collect();
    let joints =
        ["head", "left_hand", "right_hand", "hip", "left_foot", "right_foot"].map(String::from);
    let skeleton = Skeleton::new(&joints, &[(0, 3), (0, 1), (0, 2), (3, 4), (3, 5)]);
    let joints = [(160, 50), (210, 110), (110, 110), (160, 140), (190, 215), (130, 215)];
    let joints = joints.map(|(x, y)| [f64::from(x), f64::from(y), 1.0]).to_vec();
    let person = Person { joints, bbox: Some([95.0, 32.0, 130.0, 196.0]) };
    let image = Image8 { width, height, pixels };
    let drawn = draw_poses(&image, &[person], &skeleton, &PoseStyle::default())?;
    Ok(Sample { caption: "stick figure".into(), image: drawn.to_jpeg(QUALITY) })
}
