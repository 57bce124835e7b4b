//! Time of choosing the parents of a generation from many scored candidates.
//!
//! ```text
//! cargo run --release -p scalenas-evolve --example select -- 100000 100
//! ```
//!
//! Candidates and parents follow; costs and two scores are random, with the trade-off of networks between them.

use std::time::Instant;

use rand::RngExt;
use scalenas_base::rng;
use scalenas_evolve::{peel, ranked_and_spread};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [candidates, parents] = &arguments[..] else {
        return Err("arguments: CANDIDATES PARENTS".into());
    };
    let (candidates, parents): (usize, usize) = (candidates.parse()?, parents.parse()?);
    let mut random = rng::stream(0, "select", &[]);
    for objectives in [2, 3] {
        let points: Vec<Vec<f64>> = (0..candidates)
            .map(|_| {
                let cost: f64 = random.random();
                let score = |noise: f64| -(cost.sqrt() + 0.1 * noise);
                let scores: Vec<f64> = (1..objectives).map(|_| score(random.random())).collect();
                std::iter::once(cost).chain(scores).collect()
            })
            .collect();
        for (name, select) in [
            ("peeled fronts", peel as fn(&[Vec<f64>], usize) -> Vec<usize>),
            ("rank and crowding", ranked_and_spread),
        ] {
            let begun = Instant::now();
            let chosen = select(&points, parents).len();
            let ms = begun.elapsed().as_secs_f64() * 1e3;
            println!("{objectives} objectives, {name}: {chosen} of {candidates} in {ms:.1} ms");
        }
    }
    Ok(())
}
