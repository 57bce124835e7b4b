//! Lists of what an archive holds, and its upkeep.

use serde::Serialize;
use serde_json::Value;
use sqlx::{AssertSqlSafe, Row};

use super::Archive;
use super::rows::{ScoredRow, text_of};
use crate::error::{Error, Result};
use crate::evaluation::Evaluation;
use crate::record::Record;

/// An evaluation of an archive.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// Key of the evaluation.
    pub evaluation: String,
    /// Weights, data and settings.
    pub document: Value,
    /// Candidates with scores.
    pub scored: i64,
    /// Candidates that somebody works on.
    pub leased: i64,
    /// Candidates that nobody works on.
    pub open: i64,
    /// Seconds of scoring, of all workers together.
    pub seconds: f64,
    /// Workers that handed in scores.
    pub workers: i64,
}

impl Archive {
    /// All evaluations, the oldest first.
    ///
    /// # Errors
    /// If the database does not answer.
    pub fn summaries(&self) -> Result<Vec<Summary>> {
        let now = self.database.dialect().now();
        let statement = format!(
            "SELECT e.evaluation, e.document, COUNT(c.scores), \
             COUNT(CASE WHEN c.scores IS NULL AND c.lease_until >= {now} THEN 1 END), \
             COUNT(c.network), COALESCE(SUM(c.seconds), 0.0), COUNT(DISTINCT c.worker) \
             FROM evaluations e LEFT JOIN candidates c ON c.evaluation = e.evaluation \
             GROUP BY e.evaluation, e.document, e.begun ORDER BY e.begun, e.evaluation"
        );
        self.database.wait("list evaluations", async |pool| {
            let rows = sqlx::query(AssertSqlSafe(statement.clone())).fetch_all(pool).await?;
            let summary = |row: &sqlx::any::AnyRow| {
                let document: String = row.try_get(1)?;
                let (scored, leased, all) = (
                    row.try_get::<i64, _>(2)?,
                    row.try_get::<i64, _>(3)?,
                    row.try_get::<i64, _>(4)?,
                );
                Ok(Summary {
                    evaluation: row.try_get(0)?,
                    document: serde_json::from_str(&document).unwrap_or(Value::String(document)),
                    scored,
                    leased,
                    open: all - scored - leased,
                    seconds: row.try_get(5)?,
                    workers: row.try_get(6)?,
                })
            };
            rows.iter().map(summary).collect()
        })
    }

    /// Scored candidates of one evaluation or of all, in the order in which they were scored.
    ///
    /// # Errors
    /// If the database does not answer, or holds something else than candidates.
    pub fn records(&self, evaluation: Option<&str>) -> Result<Vec<Record>> {
        let statement = "SELECT evaluation, network, candidate, scores, worker, device, seconds, finished \
                         FROM candidates WHERE scores IS NOT NULL AND ($1 = '' OR evaluation = $1) \
                         ORDER BY finished, evaluation, place";
        let rows = self.database.wait("read scores", async |pool| {
            let rows =
                sqlx::query(statement).bind(evaluation.unwrap_or("")).fetch_all(pool).await?;
            rows.iter().map(ScoredRow::of).collect::<sqlx::Result<Vec<_>>>()
        })?;
        rows.into_iter().map(|row| row.record(self.shown())).collect()
    }

    /// Adds scored candidates of an evaluation; those that have scores already keep them. Returns the number of
    /// those that are new.
    ///
    /// # Errors
    /// If the database refuses it or does not answer.
    pub fn insert(&self, evaluation: &Evaluation, records: &[Record]) -> Result<usize> {
        let candidates: Vec<_> = records.iter().map(|record| record.candidate.clone()).collect();
        self.enlist(evaluation, &candidates)?;
        let statement = "UPDATE candidates SET candidate = $1, scores = $2, worker = $3, device = $4, seconds = $5, \
                         finished = $6, lease_holder = NULL, lease_until = NULL \
                         WHERE evaluation = $7 AND network = $8 AND scores IS NULL";
        self.database.wait("add scores", async |pool| {
            let mut together = pool.begin().await?;
            let mut added = 0;
            for record in records {
                let candidate = &record.candidate;
                let scores = serde_json::to_string(&candidate.fitness).expect("finite numbers");
                let query = sqlx::query(statement).bind(text_of(candidate)).bind(scores);
                let query = query.bind(&record.worker).bind(&record.device).bind(record.seconds);
                let query = query.bind(record.finished).bind(&evaluation.key).bind(&candidate.id);
                added += query.execute(&mut *together).await?.rows_affected() as usize;
            }
            together.commit().await.map(|()| added)
        })
    }

    /// Removes an evaluation with its scores, or, without one, the candidates of all evaluations that have no score and
    /// that nobody works on. Returns the number of candidates removed.
    ///
    /// # Errors
    /// If somebody works on the evaluation, or the database refuses it or does not answer.
    pub fn clean(&self, evaluation: Option<&str>) -> Result<u64> {
        if let Some(evaluation) = evaluation
            && let Some(leased) =
                self.summaries()?.iter().find(|s| s.evaluation == evaluation && s.leased > 0)
        {
            let (place, count) = (self.shown().to_owned(), leased.leased);
            return Err(Error::InWork { place, evaluation: evaluation.to_owned(), count });
        }
        let now = self.database.dialect().now();
        let open = format!(
            "DELETE FROM candidates WHERE scores IS NULL AND (lease_until IS NULL OR lease_until < {now})"
        );
        self.database.wait("remove candidates", async |pool| {
            let Some(evaluation) = evaluation else {
                let removed = sqlx::query(AssertSqlSafe(open.clone())).execute(pool).await?;
                return Ok(removed.rows_affected());
            };
            let mut together = pool.begin().await?;
            let removed = sqlx::query("DELETE FROM candidates WHERE evaluation = $1");
            let removed = removed.bind(evaluation).execute(&mut *together).await?;
            let itself = sqlx::query("DELETE FROM evaluations WHERE evaluation = $1");
            itself.bind(evaluation).execute(&mut *together).await?;
            together.commit().await?;
            Ok(removed.rows_affected())
        })
    }
}
