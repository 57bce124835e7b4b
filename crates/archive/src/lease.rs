//! Leases: the right to work on a candidate, which runs out unless it is renewed.

use std::time::Duration;

use sqlx::AssertSqlSafe;
use tokio::task::AbortHandle;

use crate::archive::Archive;

/// Renewals within the time of a lease.
const RENEWALS: f64 = 4.0;

/// Times of leases.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Leases {
    /// Seconds after which a lease runs out that is not renewed.
    pub seconds: f64,
    /// Pause between looks at the work of others, in seconds.
    pub poll: f64,
}

impl Default for Leases {
    fn default() -> Self {
        Self { seconds: 60.0, poll: 1.0 }
    }
}

/// A lease that is renewed until it is dropped.
#[derive(Debug)]
pub struct Renewal(AbortHandle);

impl Drop for Renewal {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Renewal {
    /// Renews the lease of a candidate from now on. A database that is away for a while is asked again at the next
    /// renewal: what is at stake is that another process does the same work.
    pub fn start(archive: &Archive, key: [&str; 2], holder: &str, leases: Leases) -> Self {
        let now = archive.database.dialect().now();
        let statement = format!(
            "UPDATE candidates SET lease_until = {now} + $1 \
             WHERE evaluation = $2 AND network = $3 AND lease_holder = $4 AND scores IS NULL"
        );
        let [evaluation, network] = key.map(str::to_owned);
        let holder = holder.to_owned();
        let pause = Duration::from_secs_f64(leases.seconds / RENEWALS);
        Self(archive.database.beside(|pool| async move {
            loop {
                tokio::time::sleep(pause).await;
                let renewal = sqlx::query(AssertSqlSafe(statement.clone()))
                    .bind(leases.seconds)
                    .bind(&evaluation)
                    .bind(&network)
                    .bind(&holder);
                let _ = renewal.execute(&pool).await;
            }
        }))
    }
}
