//! Work on candidates: claimed for a time, scored, handed in once.

use scalenas_evolve::Candidate;
use sqlx::{AssertSqlSafe, Row};

use super::rows::candidate_of;
use super::{Archive, NAMED};
use crate::database::places;
use crate::error::{Error, Result};
use crate::worker::Worker;

/// Times that a candidate is begun before it is taken for the reason why its workers end.
const ATTEMPTS: i64 = 20;

impl Archive {
    /// Takes the first of the named networks that has no score and that nobody works on, for so many seconds.
    ///
    /// # Errors
    /// If the database does not answer; a network whose workers end again and again.
    pub fn claim(
        &self,
        evaluation: &str,
        networks: &[&str],
        worker: &Worker,
        seconds: f64,
    ) -> Result<Option<Candidate>> {
        for named in networks.chunks(NAMED) {
            if let Some(found) = self.claim_one(evaluation, named, worker, seconds)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    fn claim_one(
        &self,
        evaluation: &str,
        named: &[&str],
        worker: &Worker,
        seconds: f64,
    ) -> Result<Option<Candidate>> {
        let dialect = self.database.dialect();
        let (now, for_update) = (dialect.now(), dialect.for_update());
        let statement = format!(
            "UPDATE candidates SET lease_holder = $1, lease_until = {now} + $2, attempts = attempts + 1 \
             WHERE evaluation = $3 AND scores IS NULL AND network = (\
               SELECT network FROM candidates WHERE evaluation = $3 AND scores IS NULL \
               AND (lease_until IS NULL OR lease_until < {now}) AND network IN ({}) \
               ORDER BY place LIMIT 1{for_update}) \
             RETURNING network, candidate, attempts",
            places(4, named.len())
        );
        let row = self.database.wait("claim a candidate", async |pool| {
            let query = sqlx::query(AssertSqlSafe(statement.clone()));
            let query = query.bind(&worker.name).bind(seconds).bind(evaluation);
            let query = named.iter().fold(query, |query, network| query.bind(*network));
            let row = query.fetch_optional(pool).await?;
            row.map(|row| {
                Ok((
                    row.try_get::<String, _>(0)?,
                    row.try_get::<String, _>(1)?,
                    row.try_get::<i64, _>(2)?,
                ))
            })
            .transpose()
        })?;
        let Some((network, text, attempts)) = row else { return Ok(None) };
        if attempts > ATTEMPTS {
            self.release(evaluation, &network, worker)?;
            return Err(Error::Poisoned { place: self.shown().to_owned(), network, attempts });
        }
        candidate_of(&text, &network, self.shown()).map(Some)
    }

    /// The first networks of an evaluation, at most so many, that have no score and that nobody works on.
    ///
    /// # Errors
    /// If the database does not answer.
    pub fn open_networks(&self, evaluation: &str, most: usize) -> Result<Vec<String>> {
        let now = self.database.dialect().now();
        let statement = format!(
            "SELECT network FROM candidates WHERE evaluation = $1 AND scores IS NULL \
             AND (lease_until IS NULL OR lease_until < {now}) ORDER BY place LIMIT {most}"
        );
        self.database.wait("look for work", async |pool| {
            let query = sqlx::query(AssertSqlSafe(statement.clone())).bind(evaluation);
            let rows = query.fetch_all(pool).await?;
            rows.iter().map(|row| row.try_get::<String, _>(0)).collect()
        })
    }

    /// Hands in the scores of a network; false where it has some already.
    ///
    /// # Errors
    /// If the database does not answer.
    pub fn submit(
        &self,
        evaluation: &str,
        network: &str,
        scores: &[f64],
        worker: &Worker,
        seconds: f64,
    ) -> Result<bool> {
        let now = self.database.dialect().now();
        let statement = format!(
            "UPDATE candidates SET scores = $1, worker = $2, device = $3, seconds = $4, finished = {now}, \
             lease_holder = NULL, lease_until = NULL \
             WHERE evaluation = $5 AND network = $6 AND scores IS NULL"
        );
        let scores = serde_json::to_string(scores).expect("finite numbers");
        let changed = self.database.wait("hand in scores", async |pool| {
            let query = sqlx::query(AssertSqlSafe(statement.clone()));
            let query = query.bind(&scores).bind(&worker.name).bind(&worker.device).bind(seconds);
            query.bind(evaluation).bind(network).execute(pool).await
        })?;
        Ok(changed.rows_affected() > 0)
    }

    /// Ends the leases of processes that are gone, as far as `is_gone` can tell by their names; true if there were
    /// some.
    ///
    /// # Errors
    /// If the database does not answer.
    pub fn free(&self, evaluation: &str, is_gone: impl Fn(&str) -> bool) -> Result<bool> {
        let holders = "SELECT DISTINCT lease_holder FROM candidates \
                       WHERE evaluation = $1 AND scores IS NULL AND lease_holder IS NOT NULL";
        let holders = self.database.wait("read leases", async |pool| {
            let rows = sqlx::query(holders).bind(evaluation).fetch_all(pool).await?;
            rows.iter().map(|row| row.try_get::<String, _>(0)).collect::<sqlx::Result<Vec<_>>>()
        })?;
        let gone: Vec<String> = holders.into_iter().filter(|holder| is_gone(holder)).collect();
        let end = "UPDATE candidates SET lease_holder = NULL, lease_until = NULL \
                   WHERE evaluation = $1 AND lease_holder = $2 AND scores IS NULL";
        for holder in &gone {
            self.database.wait("end leases", async |pool| {
                sqlx::query(end).bind(evaluation).bind(holder).execute(pool).await.map(|_| ())
            })?;
        }
        Ok(!gone.is_empty())
    }

    /// Gives a claimed network back unscored.
    ///
    /// # Errors
    /// If the database does not answer.
    pub fn release(&self, evaluation: &str, network: &str, worker: &Worker) -> Result<()> {
        let statement = "UPDATE candidates SET lease_holder = NULL, lease_until = NULL, attempts = attempts - 1 \
                         WHERE evaluation = $1 AND network = $2 AND lease_holder = $3 AND scores IS NULL";
        self.database.wait("give a candidate back", async |pool| {
            let query = sqlx::query(statement).bind(evaluation).bind(network).bind(&worker.name);
            query.execute(pool).await.map(|_| ())
        })
    }
}
