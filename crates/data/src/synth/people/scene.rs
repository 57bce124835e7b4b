//! One picture: a background, a crowd far away, people from small to large, things in the way;
//! and the labels that an annotator would give it, read off the finished painting.

use rand::{Rng, RngExt};
use rand_distr::{Distribution, StandardNormal};

use super::backdrop::{background, thing};
use super::canvas::{Canvas, Owner};
use super::color::Rgb;
use super::config::SynthConfig;
use super::figure::{Figure, PARTS};
use super::mask::Mask;
use crate::Image8;

/// Heights of people, as shares of the picture's height.
const SMALLEST: f32 = 0.3;
const LARGEST: f32 = 1.1;
/// Heights of people in a crowd.
const CROWD_SIZES: [f32; 2] = [0.13, 0.18];
const CROWD_PEOPLE: [usize; 2] = [8, 16];
/// Tries to find a place for a person.
const TRIES: usize = 12;
/// Maximum overlap of two people's boxes, as a share of the smaller box.
const MOST_OVERLAP: f32 = 0.4;
/// Probability that a person stands anywhere, whatever it hides of the others.
const CARELESS: f64 = 0.08;
/// Probability of a thing in front of the people.
const THING_IN_FRONT: f64 = 0.25;
/// Minimum visible share of people with joints, as in COCO.
const MIN_SHOWN: f32 = 0.25;
/// Minimum number of visible pixels of people with joints.
const MIN_PIXELS: usize = 120;
/// Strength of the sensor's noise.
const SENSOR_NOISE: f32 = 0.015;

/// Number of the things in front: owners below [`PARTS`] are no person's.
const THING: Owner = 1;

/// A painted picture and its labels.
pub(super) struct Scene {
    pub picture: Image8,
    pub people: Vec<Person>,
    /// Visible pixels of the crowd.
    pub crowd: Option<Mask>,
}

/// Labels of one person.
pub(super) struct Person {
    pub mask: Mask,
    /// `[x, y, visibility]` of each COCO joint; all zero when too little shows.
    pub joints: [[f32; 3]; 17],
}

impl Scene {
    /// Paints a picture.
    pub fn draw(config: &SynthConfig, rng: &mut impl Rng) -> Self {
        let (width, height) = (config.width, config.height);
        let mut canvas = Canvas::new(width, height, background(width, height, rng));
        let crowd = rng.random_bool(config.crowds).then(|| crowd(&mut canvas, rng));
        let figures = place(config, rng);
        let first = 1 + Owner::from(crowd.is_some());
        let shares: Vec<usize> = (first..)
            .zip(&figures)
            .map(|(number, figure)| {
                figure.paint(&mut canvas, number);
                Mask::of(&canvas, number).pixels()
            })
            .collect();
        if rng.random_bool(THING_IN_FRONT) {
            thing_in_front(&mut canvas, rng);
        }
        let people = (first..)
            .zip(figures.iter().zip(shares))
            .filter_map(|(number, (figure, whole))| label(&canvas, figure, number, whole))
            .collect();
        let crowd = crowd.map(|number| Mask::of(&canvas, number)).filter(|mask| mask.pixels() > 0);
        Self { picture: photograph(&canvas, rng), people, crowd }
    }
}

/// People from the far to the near.
fn place(config: &SynthConfig, rng: &mut impl Rng) -> Vec<Figure> {
    let count = rng.random_range(config.least_people..=config.most_people);
    let mut figures: Vec<Figure> = Vec::new();
    for _ in 0..count {
        let limit = if rng.random_bool(CARELESS) { f32::INFINITY } else { MOST_OVERLAP };
        let free = |figure: &Figure| {
            figures.iter().all(|other| overlap(figure.extent(), other.extent()) < limit)
        };
        let place = (0..TRIES).map(|_| somewhere(config, rng)).find(free);
        figures.extend(place);
    }
    figures.sort_by(|a, b| a.size.total_cmp(&b.size));
    figures
}

fn somewhere(config: &SynthConfig, rng: &mut impl Rng) -> Figure {
    let (width, height) = (config.width as f32, config.height as f32);
    let size = height * SMALLEST * (LARGEST / SMALLEST).powf(rng.random_range(0.0..1.0));
    let margin = 0.12 * size;
    let x = rng.random_range(margin.min(width * 0.4)..(width - margin).max(width * 0.6));
    let mut figure = Figure::draw([x, 0.0], size, rng);
    let [_, top, _, bottom] = figure.extent();
    // Whole if they fit; who is larger than the picture is cut off below.
    let lowest = (height - bottom - 0.02 * size).max(0.03 * height - top);
    figure.at[1] = rng.random_range(0.0..1.0f32).sqrt() * (lowest + top).max(0.0) - top;
    figure
}

/// Shared area of two rectangles, of the smaller one.
fn overlap(a: [f32; 4], b: [f32; 4]) -> f32 {
    let area =
        |[left, top, right, bottom]: [f32; 4]| (right - left).max(0.0) * (bottom - top).max(0.0);
    let shared = [a[0].max(b[0]), a[1].max(b[1]), a[2].min(b[2]), a[3].min(b[3])];
    area(shared) / area(a).min(area(b)).max(1.0)
}

/// Paints many small people side by side under one number, which it returns.
fn crowd(canvas: &mut Canvas, rng: &mut impl Rng) -> Owner {
    const NUMBER: Owner = 1;
    let (width, height) = (canvas.width as f32, canvas.height as f32);
    let count = rng.random_range(CROWD_PEOPLE[0]..=CROWD_PEOPLE[1]);
    let ground = rng.random_range(0.25..0.6) * height;
    let mut x = rng.random_range(0.0..0.6) * width;
    for _ in 0..count {
        let size = rng.random_range(CROWD_SIZES[0]..CROWD_SIZES[1]) * height;
        let y = ground + rng.random_range(-0.04..0.04) * height;
        Figure::draw([x, y], size, rng).paint(canvas, NUMBER);
        x += rng.random_range(0.2..0.4) * size;
    }
    NUMBER
}

fn thing_in_front(canvas: &mut Canvas, rng: &mut impl Rng) {
    let (width, height) = (canvas.width as f32, canvas.height as f32);
    let x = rng.random_range(0.0..1.0) * width;
    let edges = if rng.random_bool(0.5) {
        let thickness = rng.random_range(0.02..0.05) * width;
        [x, 0.0, x + thickness, height]
    } else {
        let (size, top) = (rng.random_range(0.1..0.3) * width, rng.random_range(0.7..0.9) * height);
        [x - size / 2.0, top, x + size / 2.0, height]
    };
    thing(canvas, edges, THING, rng);
}

/// Labels of a person's visible part; `None` when nothing is visible.
fn label(canvas: &Canvas, figure: &Figure, number: Owner, whole: usize) -> Option<Person> {
    let mask = Mask::of(canvas, number);
    let shown = mask.pixels();
    if shown == 0 {
        return None;
    }
    let enough = shown >= MIN_PIXELS && shown as f32 >= MIN_SHOWN * whole as f32;
    let mut joints = [[0.0; 3]; 17];
    if enough {
        for (index, [x, y]) in figure.joints().into_iter().enumerate() {
            match canvas.owner_at([x, y]) {
                Some(owner) if !figure.turned_away(index) => {
                    let own = owner / PARTS == number && Figure::shows(index, owner % PARTS);
                    joints[index] = [x, y, if own { 2.0 } else { 1.0 }];
                }
                _ => {}
            }
        }
    }
    Some(Person { mask, joints })
}

/// Exposure and the sensor's noise.
fn photograph(canvas: &Canvas, rng: &mut impl Rng) -> Image8 {
    let exposure = rng.random_range(0.8..1.12);
    canvas.develop(|color: Rgb| {
        let grain: f32 = StandardNormal.sample(rng);
        color.lit(exposure).shifted(grain * SENSOR_NOISE)
    })
}
