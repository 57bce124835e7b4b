//! One picture through an exported network:
//!
//! ```text
//! cargo xtask export --run runs/quick --arch best --out net.safetensors
//! cargo run --release -p scalenas-predict --example picture -- net.safetensors photo.jpg
//! ```

use std::env;
use std::error::Error;
use std::path::Path;

use burn::backend::Flex;
use burn::backend::flex::FlexDevice;
use scalenas_base::Image8;
use scalenas_predict::{Predicted, Predictor};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [weights, picture] = &arguments[..] else {
        return Err("picture NET.safetensors PICTURE".into());
    };
    // Weights, and the description beside them.
    let network = Predictor::<Flex>::read(Path::new(weights), &FlexDevice)?;
    match network.predict(&Image8::read(picture)?)? {
        Predicted::Joints(joints) => {
            for joint in joints {
                let [x, y] = joint.at;
                println!("{}: column {x:.1}, row {y:.1}, score {:.2}", joint.name, joint.score);
            }
        }
        Predicted::Class(shares) => {
            for (name, share) in shares.iter().take(5) {
                println!("{name}: {:.1} %", 100.0 * share);
            }
        }
        Predicted::Classes { names, labels } => {
            for (class, name) in names.iter().enumerate() {
                let pixels = labels.iter().filter(|&&label| usize::from(label) == class).count();
                println!("{name}: {:.1} %", 100.0 * pixels as f64 / labels.len() as f64);
            }
        }
    }
    Ok(())
}
