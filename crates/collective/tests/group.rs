//! Sums over threads that meet on loopback, and the end of all with one.

#![allow(clippy::unwrap_used, reason = "a panic is a failed test")]

use std::net::{TcpListener, TcpStream};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use scalenas_collective::{Error, Group, Host};

const PATIENCE: Duration = Duration::from_secs(10);

/// Runs `part` on every rank and gives what each returned, in the order of ranks.
fn together<T: Send + 'static>(
    ranks: usize,
    part: impl Fn(Group) -> T + Send + Clone + 'static,
) -> Vec<T> {
    let host = Host::bind("127.0.0.1:0").unwrap();
    let address = host.address().to_string();
    let others: Vec<JoinHandle<(usize, T)>> = (1..ranks)
        .map(|number| {
            let (address, part) = (address.clone(), part.clone());
            thread::spawn(move || {
                let name = format!("guest {number}");
                let (group, task) = Group::join(&address, &name, PATIENCE, &mut || true).unwrap();
                assert_eq!(task, "add");
                (group.rank(), part(group))
            })
        })
        .collect();
    let group = host.gather("host", ranks, "add", &mut |_| true).unwrap();
    let mut results = vec![(0, part(group))];
    results.extend(others.into_iter().map(|other| other.join().unwrap()));
    results.sort_by_key(|(rank, _)| *rank);
    results.into_iter().map(|(_, result)| result).collect()
}

/// Values of a rank, of mixed signs and sizes, so that another order of additions shows.
fn values(rank: usize, length: usize) -> Vec<f32> {
    (0..length).map(|i| ((i * 7919 + rank * 104_729) % 1000) as f32 / 7.0 - 70.0).collect()
}

#[test]
fn sums_are_those_of_all_ranks_and_the_same_bits_everywhere() {
    let lengths = [0, 1, 2, 3, 7, 4096, 4097, 50_001];
    for ranks in [1, 2, 3, 5] {
        let sums = together(ranks, move |group| {
            let sum = |length| {
                let mut sums = values(group.rank(), length);
                group.sum(length as u64, &mut sums).unwrap();
                sums
            };
            let sums = lengths.map(sum);
            group.finish();
            sums
        });
        for (place, length) in lengths.into_iter().enumerate() {
            let mut expected = vec![0.0; length];
            for rank in 0..ranks {
                let parts = values(rank, length).into_iter().map(f64::from);
                expected.iter_mut().zip(parts).for_each(|(sum, part)| *sum += part);
            }
            for (found, expected) in sums[0][place].iter().zip(expected) {
                assert!((f64::from(*found) - expected).abs() < 1e-4, "{ranks} {length}");
            }
            for other in &sums {
                let bits = |sums: &[f32]| sums.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
                assert_eq!(bits(&other[place]), bits(&sums[0][place]));
            }
        }
    }
}

#[test]
fn arrays_are_gathered_in_the_order_of_ranks() {
    let all = together(3, |group| {
        let all = group.gather(1, &[group.rank() as f64, 0.5]).unwrap();
        group.finish();
        all
    });
    assert!(all.iter().all(|all| *all == [0.0, 0.5, 1.0, 0.5, 2.0, 0.5]));
}

#[test]
fn a_rank_that_leaves_ends_the_others_with_its_name() {
    for leaver in 0..3 {
        let start = Instant::now();
        let results = together(3, move |group| {
            if group.rank() == leaver {
                thread::sleep(Duration::from_millis(100));
                group.abandon("its disk is full");
                return None;
            }
            Some(group.sum(1, &mut vec![1.0f32; 100_000]).unwrap_err().to_string())
        });
        for message in results.into_iter().flatten() {
            assert!(message.contains(&format!("rank {leaver} of 3")), "{message}");
            assert!(message.contains("its disk is full"), "{message}");
        }
        assert!(start.elapsed() < Duration::from_secs(8), "{:?}", start.elapsed());
    }
}

#[test]
fn different_sums_are_an_error_and_no_sum() {
    let results = together(2, |group| {
        let label = group.rank() as u64;
        group.sum(label, &mut [1.0f64]).unwrap_err()
    });
    assert!(results.iter().any(|error| matches!(error, Error::Order { .. })), "{results:?}");
    let results = together(2, |group| {
        let length = 1 + group.rank();
        group.sum(3, &mut vec![1.0f64; length]).unwrap_err()
    });
    assert!(results.iter().any(|error| matches!(error, Error::Order { .. })), "{results:?}");
}

/// Other programs that connect, and guests that leave before all are there, take no place.
#[test]
fn strangers_take_no_place() {
    let host = Host::bind("127.0.0.1:0").unwrap();
    let address = host.address();
    let others = thread::spawn(move || {
        let mut stranger = TcpStream::connect(address).unwrap();
        std::io::Write::write_all(&mut stranger, b"GET / HTTP/1.1\r\n\r\n").unwrap();
        let (group, _) =
            Group::join(&address.to_string(), "guest", PATIENCE, &mut || true).unwrap();
        group.sum(0, &mut [1.0f64]).unwrap();
        group.finish();
        group.names().to_vec()
    });
    let group = host.gather("host", 2, "", &mut |_| true).unwrap();
    group.sum(0, &mut [1.0f64]).unwrap();
    group.finish();
    assert_eq!(others.join().unwrap(), ["host", "guest at 127.0.0.1"]);
}

#[test]
fn waiting_can_be_given_up_and_absent_hosts_are_named() {
    let host = Host::bind("127.0.0.1:0").unwrap();
    let address = host.address().to_string();
    let mut left = 3;
    let stopped = host.gather("host", 4, "", &mut |there| {
        assert_eq!(there, 1);
        left -= 1;
        left > 0
    });
    assert!(matches!(stopped.err(), Some(Error::Stopped { found: 1, ranks: 4 })));
    let absent =
        Group::join(&address, "guest", Duration::ZERO, &mut || true).err().unwrap().to_string();
    assert!(absent.contains(&address), "{absent}");
    assert!(Host::bind("nowhere").err().unwrap().to_string().contains("HOST:PORT"));
}

/// Somebody else listens at the address and says nothing, or something else.
#[test]
fn hosts_that_are_none_are_told_apart() {
    let stranger = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = stranger.local_addr().unwrap().to_string();
    let answering = thread::spawn(move || {
        for answer in [&b""[..], b"HTTP/1.1 400 Bad Request\r\n\r\n"] {
            let (mut stream, _) = stranger.accept().unwrap();
            std::io::Write::write_all(&mut stream, answer).unwrap();
            // Until the other side gives up.
            let _ = std::io::Read::read_to_end(&mut stream, &mut Vec::new());
        }
    });
    let mut asked = 0;
    let silent = Group::join(&address, "guest", PATIENCE, &mut || {
        asked += 1;
        asked < 5
    });
    let said = silent.err().unwrap().to_string();
    assert!(said.contains(&address) && said.contains("stopped"), "{said}");
    let said = Group::join(&address, "guest", PATIENCE, &mut || true).err().unwrap().to_string();
    assert!(said.contains(&address) && said.contains("no message"), "{said}");
    answering.join().unwrap();
}
