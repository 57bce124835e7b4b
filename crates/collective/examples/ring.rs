//! Seconds of sums over ranks of this machine, which are threads here and share its cores:
//! `cargo run --release -p scalenas-collective --example ring -- 2 4 8`.

use std::thread;
use std::time::{Duration, Instant};

use scalenas_collective::{Error, Group, Host};

/// Values of the sums that normalisation asks for: two per channel, and a count.
const SMALL: usize = 65;
/// Values of the gradients of a network of the published pose space.
const LARGE: usize = 28_500_000;

fn main() -> Result<(), Error> {
    let ranks: Vec<usize> = std::env::args().skip(1).filter_map(|word| word.parse().ok()).collect();
    for ranks in if ranks.is_empty() { vec![2] } else { ranks } {
        let host = Host::bind("127.0.0.1:0")?;
        let address = host.address().to_string();
        let others: Vec<_> = (1..ranks)
            .map(|rank| {
                let address = address.clone();
                thread::spawn(move || {
                    let name = format!("thread {rank}");
                    measure(&Group::join(&address, &name, Duration::from_secs(10), &mut || true)?.0)
                })
            })
            .collect();
        let [small, large] = measure(&host.gather("the first", ranks, "", &mut |_| true)?)?;
        for other in others {
            other.join().expect("no panic")?;
        }
        println!(
            "{ranks} ranks: {SMALL} values {:.1} us, {LARGE} values {large:.3} s",
            small * 1e6
        );
    }
    Ok(())
}

/// Median seconds of a small and of a large sum.
fn measure(group: &Group) -> Result<[f64; 2], Error> {
    let (mut small, mut large) = (vec![1.0f64; SMALL], vec![1.0f32; LARGE]);
    let small = median(2000, || group.sum(0, &mut small))?;
    let large = median(5, || group.sum(1, &mut large))?;
    group.finish();
    Ok([small, large])
}

fn median(count: usize, mut sum: impl FnMut() -> Result<(), Error>) -> Result<f64, Error> {
    let mut seconds = Vec::new();
    for _ in 0..count {
        let start = Instant::now();
        sum()?;
        seconds.push(start.elapsed().as_secs_f64());
    }
    seconds.sort_by(f64::total_cmp);
    Ok(seconds[count / 2])
}
