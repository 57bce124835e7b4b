//! Writes a synthetic data set: `synth FOLDER [TRAIN VAL SEED]`.

use std::env;
use std::error::Error;

use scalenas_data::synth::{SynthConfig, write_pose};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let folder = arguments.next().ok_or("usage: synth FOLDER [TRAIN VAL SEED]")?;
    let mut config = SynthConfig::default();
    for (slot, value) in [&mut config.train, &mut config.val].into_iter().zip(&mut arguments) {
        *slot = value.parse()?;
    }
    if let Some(seed) = arguments.next() {
        config.seed = seed.parse()?;
    }
    println!("{:?}", write_pose(folder, &config)?);
    Ok(())
}
