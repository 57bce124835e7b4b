//! Reads an annotation file of the size of COCO's `person_keypoints_train2017.json` and says how
//! long that takes and how much memory it needs. The file is written to a temporary folder: as
//! many pictures and people as the real one, outlines and all, about 250 MB.

use std::error::Error;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::time::Instant;

use rand::{Rng, RngExt};
use scalenas_base::rng;
use scalenas_coco::CocoKeypoints;
use scalenas_data::{KeypointFacts, training_people};

const IMAGES: u64 = 118_287;
const ANNOTATIONS: u64 = 262_465;
/// People with joints, and crowds, per hundred annotations.
const LABELLED: u64 = 57;
const CROWDS: u64 = 2;
/// Maximum number of corners of an outline.
const CORNERS: usize = 64;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("person_keypoints_train2017.json");
    write(&path)?;
    let megabytes = fs::metadata(&path)?.len() / 1_000_000;
    println!("file: {megabytes} MB, {} MB resident before", peak_megabytes()?);
    let start = Instant::now();
    let coco = CocoKeypoints::read(&path, &KeypointFacts::coco())?;
    println!(
        "read: {:.2} s, {} images, {} annotations, peak {} MB resident",
        start.elapsed().as_secs_f64(),
        coco.images.len(),
        coco.annotations.len(),
        peak_megabytes()?
    );
    let start = Instant::now();
    let people = training_people(&coco, (256, 192));
    println!("people: {} in {:.2} s", people.len(), start.elapsed().as_secs_f64());
    Ok(())
}

/// The most memory this process has held so far (Linux).
fn peak_megabytes() -> io::Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0 kB");
    let kilobytes = line.split_whitespace().next().and_then(|n| n.parse::<u64>().ok());
    Ok(kilobytes.unwrap_or(0) / 1000)
}

fn write(path: &Path) -> io::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    let mut rng = rng::stream(0, "large annotations", &[]);
    write!(out, "{{\"info\": {{}}, \"licenses\": [], \"images\": [")?;
    for id in 1..=IMAGES {
        let comma = if id == 1 { "" } else { ", " };
        write!(
            out,
            "{comma}{{\"license\": 3, \"file_name\": \"{id:012}.jpg\", \"coco_url\": \
             \"http://images.cocodataset.org/train2017/{id:012}.jpg\", \"height\": 480, \"width\": \
             640, \"date_captured\": \"2013-11-14 16:28:13\", \"flickr_url\": \
             \"http://farm4.staticflickr.com/3153/2970773875_164f0c0b83_z.jpg\", \"id\": {id}}}"
        )?;
    }
    write!(out, "], \"annotations\": [")?;
    for id in 1..=ANNOTATIONS {
        annotation(&mut out, id, &mut rng)?;
    }
    write!(out, "]}}")?;
    out.flush()
}

fn annotation(out: &mut impl Write, id: u64, rng: &mut impl Rng) -> io::Result<()> {
    let comma = if id == 1 { "" } else { ", " };
    let kind = id % 100;
    let crowd = u8::from(kind >= 100 - CROWDS);
    if crowd == 1 {
        let counts: Vec<u32> = (0..500).map(|_| rng.random_range(1..900)).collect();
        write!(out, "{comma}{{\"segmentation\": {{\"counts\": {counts:?}, \"size\": [480, 640]}}")?;
    } else {
        write!(out, "{comma}{{\"segmentation\": [[")?;
        let corners = rng.random_range(10..=CORNERS);
        for corner in 0..corners * 2 {
            let comma = if corner == 0 { "" } else { ", " };
            write!(out, "{comma}{:.2}", rng.random_range(0.0..480.0))?;
        }
        write!(out, "]]")?;
    }
    let labelled = kind < LABELLED;
    let joints: Vec<u32> = (0..17)
        .flat_map(|_| {
            if labelled { [rng.random_range(1..640), rng.random_range(1..480), 2] } else { [0; 3] }
        })
        .collect();
    let count = if labelled { 17 } else { 0 };
    write!(
        out,
        ", \"num_keypoints\": {count}, \"area\": {:.4}, \"iscrowd\": {crowd}, \"keypoints\": \
         {joints:?}, \"image_id\": {}, \"bbox\": [{:.2}, {:.2}, {:.2}, {:.2}], \"category_id\": 1, \
         \"id\": {id}}}",
        rng.random_range(100.0..90_000.0),
        1 + id % IMAGES,
        rng.random_range(0.0..300.0),
        rng.random_range(0.0..200.0),
        rng.random_range(20.0..300.0),
        rng.random_range(20.0..250.0),
    )
}
