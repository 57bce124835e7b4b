//! Crops a second on one thread: `throughput FOLDER` reads every JPEG of a folder, cuts one
//! 256x192 crop out of each, several times over, and prints the best round.

use std::env;
use std::error::Error;
use std::fs;
use std::hint::black_box;
use std::path::PathBuf;
use std::time::Instant;

use scalenas_data::{Direction, Image8, Size, crop_affine, warp_bilinear};

const ROUNDS: usize = 10;
/// (width, height) of a crop.
const CROP: Size = Size::new(256, 192);
const ROTATION: f64 = 30.0;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = env::args().nth(1).ok_or("usage: throughput FOLDER")?;
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| entry.map(|e| e.path())).collect::<Result<_, _>>()?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "jpg"));
    paths.sort();
    let mut best = f64::INFINITY;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        for path in &paths {
            black_box(crop(&Image8::read(path)?));
        }
        best = best.min(start.elapsed().as_secs_f64());
    }
    println!("{:.0} crops a second", paths.len() as f64 / best);
    Ok(())
}

/// The middle of a picture, over its whole height.
fn crop(image: &Image8) -> Image8 {
    let center = [image.width as f32 / 2.0, image.height as f32 / 2.0];
    let height = image.height as f32 / 200.0;
    let scale = [height * CROP.width as f32 / CROP.height as f32, height];
    warp_bilinear(image, &crop_affine(center, scale, ROTATION, CROP, Direction::Forward), CROP)
}
