//! Archive: what is scored, what is open, and who works on it.

mod listing;
mod rows;
mod work;

use std::collections::BTreeMap;

use scalenas_evolve::Candidate;
use sqlx::{AssertSqlSafe, Row};

use crate::database::{Database, Place, places};
use crate::error::Result;
use crate::evaluation::Evaluation;
pub use listing::Summary;
use rows::{scores_of, text_of};

/// Networks that one statement names at most.
const NAMED: usize = 500;

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

    /// Adds candidates to score under an evaluation; those that are there already stay as they are.
    ///
    /// # Errors
    /// If the database refuses it or does not answer.
    pub fn enlist(&self, evaluation: &Evaluation, candidates: &[Candidate]) -> Result<()> {
        let now = self.database.dialect().now();
        let document = evaluation.document.to_string();
        let begin = format!(
            "INSERT INTO evaluations (evaluation, document, begun) VALUES ($1, $2, {now}) \
             ON CONFLICT (evaluation) DO NOTHING"
        );
        // One order in all processes, so that none waits for another that waits for it.
        let mut ordered: Vec<(usize, &Candidate)> = candidates.iter().enumerate().collect();
        ordered.sort_by(|a, b| a.1.id.cmp(&b.1.id));
        self.database.wait("add candidates", async |pool| {
            let mut together = pool.begin().await?;
            let begun = sqlx::query(AssertSqlSafe(begin.clone())).bind(&evaluation.key);
            begun.bind(&document).execute(&mut *together).await?;
            for (place, candidate) in &ordered {
                let generation = candidate.origin.generation() as i64;
                let add = "INSERT INTO candidates (evaluation, network, candidate, place) \
                           VALUES ($1, $2, $3, $4) ON CONFLICT (evaluation, network) DO NOTHING";
                sqlx::query(add)
                    .bind(&evaluation.key)
                    .bind(&candidate.id)
                    .bind(text_of(candidate))
                    .bind((generation << 32) + *place as i64)
                    .execute(&mut *together)
                    .await?;
            }
            together.commit().await
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
