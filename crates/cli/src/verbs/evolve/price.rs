//! Table of milliseconds that a search weighs scores against.

use std::path::Path;

use anyhow::Result;
use scalenas_space::latency::LatencyTable;

use crate::error::user;
use crate::render::warn;

/// Least rank correlation and largest median error of a table that tells networks apart.
const LEAST_CORRELATION: f64 = 0.9;
const LARGEST_ERROR: f64 = 0.1;

/// Reads the table, and says where it is a poor guide; a ceiling on milliseconds needs one.
pub fn table(path: Option<&Path>, max_ms: Option<f64>) -> Result<Option<LatencyTable>> {
    let Some(path) = path else {
        return match max_ms {
            None => Ok(None),
            Some(_) => Err(user(
                "a ceiling on milliseconds (--max-ms) needs a table: --latency TABLE, which `latency` writes",
            )),
        };
    };
    let table = LatencyTable::read(path)?;
    let accuracy = table.accuracy;
    if accuracy.rank_correlation < LEAST_CORRELATION || accuracy.median_error > LARGEST_ERROR {
        warn(format!(
            "{}: of {} networks it was not made of it misses the milliseconds by {:.0} % (median) and their order by a rank \
             correlation of {:.2}; `latency` on an idle machine, with more --networks and --reps, makes a better one",
            path.display(),
            accuracy.checked,
            100.0 * accuracy.median_error,
            accuracy.rank_correlation,
        ));
    }
    Ok(Some(table))
}
