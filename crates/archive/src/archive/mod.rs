//! Archive: what is scored, what is open, and who works on it.

mod files;
mod listing;
mod rows;
mod work;

use std::collections::{BTreeMap, BTreeSet};

use scalenas_evolve::Candidate;
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Row};

use crate::database::{Database, Place, places};
use crate::error::Result;
use crate::evaluation::Evaluation;
pub use files::{SharedFile, SharedRun};
pub use listing::Summary;
use rows::{scores_of, text_of};

/// Networks that one statement names at most.
const NAMED: usize = 500;
/// Candidates that one statement adds at most.
const ADDED: usize = 100;

/// A database of scored candidates.
#[derive(Debug)]
pub struct Archive {
    pub(crate) database: Database,
}

impl Archive {
    /// Opens an archive; a file that is missing is made.
    ///
    /// # Errors
    /// If the database cannot be reached or written, or is of a later version.
    pub fn open(place: &Place) -> Result<Self> {
        Ok(Self { database: Database::open(place)? })
    }

    /// The database for messages, without a password.
    pub fn shown(&self) -> &str {
        self.database.shown()
    }

    /// Adds candidates to score under an evaluation, and returns the number of those that are new; the others stay as
    /// they are.
    ///
    /// # Errors
    /// If the database refuses it or does not answer.
    pub fn enlist(&self, evaluation: &Evaluation, candidates: &[Candidate]) -> Result<u64> {
        self.begin(evaluation)?;
        let ordered = in_one_order(candidates);
        ordered.chunks(ADDED).map(|part| self.enlist_some(&evaluation.key, part)).sum()
    }

    /// Adds candidates together with other processes that add the same ones: each begins at the part of them that
    /// `place` chooses and ends at one that is there, from where another goes on.
    ///
    /// # Errors
    /// If the database refuses it or does not answer.
    pub fn enlist_together(
        &self,
        evaluation: &Evaluation,
        candidates: &[Candidate],
        place: usize,
    ) -> Result<()> {
        self.begin(evaluation)?;
        let ordered = in_one_order(candidates);
        let parts: Vec<_> = ordered.chunks(ADDED).collect();
        let first = place % parts.len().max(1);
        for part in parts[first..].iter().chain(&parts[..first]) {
            if self.enlist_some(&evaluation.key, part)? == 0 {
                break;
            }
        }
        Ok(())
    }

    /// Adds an evaluation.
    fn begin(&self, evaluation: &Evaluation) -> Result<()> {
        let now = self.database.dialect().now();
        let document = evaluation.document.to_string();
        let begin = format!(
            "INSERT INTO evaluations (evaluation, document, begun) VALUES ($1, $2, {now}) \
             ON CONFLICT (evaluation) DO NOTHING"
        );
        self.database.wait("add an evaluation", async |pool| {
            let begun = sqlx::query(AssertSqlSafe(begin.clone())).bind(&evaluation.key);
            begun.bind(&document).execute(pool).await.map(|_| ())
        })
    }

    /// Adds those candidates that are not there, and returns their number. Of many processes that plan the same
    /// generation, the first adds them, and the others only look.
    fn enlist_some(&self, evaluation: &str, candidates: &[(usize, &Candidate)]) -> Result<u64> {
        let look = format!(
            "SELECT network FROM candidates WHERE evaluation = $1 AND network IN ({})",
            places(2, candidates.len())
        );
        self.database.wait("add candidates", async |pool| {
            let query = sqlx::query(AssertSqlSafe(look.clone())).bind(evaluation);
            let ids = candidates.iter().map(|(_, candidate)| &*candidate.id);
            let rows = ids.fold(query, Query::bind).fetch_all(pool).await?;
            let there = rows.iter().map(|row| row.try_get::<String, _>(0));
            let there: BTreeSet<String> = there.collect::<sqlx::Result<_>>()?;
            let missing = candidates.iter().filter(|(_, candidate)| !there.contains(&candidate.id));
            let missing: Vec<_> = missing.collect();
            if missing.is_empty() {
                return Ok(0);
            }
            let row = |row: usize| format!("({})", places(1 + 4 * row, 4));
            let add = format!(
                "INSERT INTO candidates (evaluation, network, candidate, place) VALUES {} \
                 ON CONFLICT (evaluation, network) DO NOTHING",
                (0..missing.len()).map(row).collect::<Vec<_>>().join(", ")
            );
            let add =
                missing.iter().fold(sqlx::query(AssertSqlSafe(add)), |add, (place, candidate)| {
                    let generation = candidate.origin.generation() as i64;
                    let add = add.bind(evaluation).bind(&candidate.id).bind(text_of(candidate));
                    add.bind((generation << 32) + *place as i64)
                });
            add.execute(pool).await.map(|added| added.rows_affected())
        })
    }

    /// Scores of those networks that have some.
    ///
    /// # Errors
    /// If the database does not answer, or holds something else than scores.
    pub fn scores(
        &self,
        evaluation: &str,
        networks: &[&str],
    ) -> Result<BTreeMap<String, Vec<f64>>> {
        let mut found = BTreeMap::new();
        for named in networks.chunks(NAMED) {
            let statement = format!(
                "SELECT network, scores FROM candidates \
                 WHERE evaluation = $1 AND scores IS NOT NULL AND network IN ({})",
                places(2, named.len())
            );
            let rows = self.database.wait("read scores", async |pool| {
                let query = sqlx::query(AssertSqlSafe(statement.clone())).bind(evaluation);
                let query = named.iter().fold(query, |query, network| query.bind(*network));
                let rows = query.fetch_all(pool).await?;
                rows.iter()
                    .map(|row| Ok((row.try_get::<String, _>(0)?, row.try_get::<String, _>(1)?)))
                    .collect::<sqlx::Result<Vec<_>>>()
            })?;
            for (network, text) in rows {
                let scores = scores_of(&text, &network, self.shown())?;
                found.insert(network, scores);
            }
        }
        Ok(found)
    }
}

/// Candidates with their places in one order in all processes, so that none waits for another that waits for it.
fn in_one_order(candidates: &[Candidate]) -> Vec<(usize, &Candidate)> {
    let mut ordered: Vec<(usize, &Candidate)> = candidates.iter().enumerate().collect();
    ordered.sort_by(|a, b| a.1.id.cmp(&b.1.id));
    ordered
}
