//! A database that is spoken to from code without futures: every call waits, and every wait ends.

mod dialect;
mod migrations;
mod place;
mod retry;

use std::future::Future;
use std::time::Duration;

use sqlx::any::{AnyPoolOptions, install_default_drivers};
use sqlx::{AnyConnection, AnyPool, Connection, Executor};
use tokio::runtime::{Builder, Runtime};
use tokio::task::AbortHandle;

use crate::error::{Error, Result};
pub use dialect::{Dialect, places};
pub use place::Place;
use retry::{FIRST_LIMIT, LIMIT, Patience, is_passing};

/// Connections of a process: one for its work, one for its leases, one to spare.
const CONNECTIONS: u32 = 3;
/// Attempts to make the tables, and the pause between them.
const MIGRATIONS: u32 = 4;
const BETWEEN: Duration = Duration::from_millis(250);
/// Wait for the end of the connections.
const CLOSE: Duration = Duration::from_secs(5);
/// Wait for one connection.
const CONNECT: Duration = Duration::from_secs(10);

/// A database with its tables.
pub struct Database {
    runtime: Runtime,
    pool: AnyPool,
    dialect: Dialect,
    shown: String,
}

impl Database {
    /// Opens a database, and makes or brings up to date its tables.
    ///
    /// # Errors
    /// If it cannot be reached or written, or a later version of the program made its tables.
    pub fn open(place: &Place) -> Result<Self> {
        install_default_drivers();
        let (dialect, shown) = (place.dialect(), place.shown());
        let failed = |reason: &dyn ToString| Error::Database {
            place: place.shown(),
            action: "start",
            reason: reason.to_string(),
        };
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.map_err(|e| failed(&e))?;
        let options = AnyPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(CONNECT)
            // An operation over a connection that broke is tried again; asking before each would double the round trips.
            .test_before_acquire(false)
            .after_connect(move |connection, _| {
                Box::pin(async move { connection.execute(dialect.settings()).await.map(|_| ()) })
            });
        let url = place.url();
        let pool =
            runtime.block_on(async { options.connect_lazy(&url) }).map_err(|e| failed(&e))?;
        let database = Self { runtime, pool, dialect, shown };
        database.migrate(&url)?;
        Ok(database)
    }

    /// The database for messages, without a password.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// The kind of database.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Waits for an operation, which is tried again while the reason of its failure passes.
    ///
    /// # Errors
    /// If the database refuses it, or does not answer for too long.
    pub fn wait<T>(
        &self,
        action: &'static str,
        operation: impl AsyncFn(&AnyPool) -> sqlx::Result<T>,
    ) -> Result<T> {
        self.wait_for(LIMIT, action, operation)
    }

    fn wait_for<T>(
        &self,
        limit: Duration,
        action: &'static str,
        operation: impl AsyncFn(&AnyPool) -> sqlx::Result<T>,
    ) -> Result<T> {
        self.runtime.block_on(async {
            let mut patience = Patience::new(limit);
            loop {
                let error = match operation(&self.pool).await {
                    Ok(value) => return Ok(value),
                    Err(error) => error,
                };
                let (place, reason) = (self.shown.clone(), explained(&error));
                if !is_passing(&error) {
                    return Err(Error::Database { place, action, reason });
                }
                let Some(pause) = patience.pause() else {
                    let seconds = patience.seconds();
                    return Err(Error::Unreachable { place, action, seconds, reason });
                };
                tokio::time::sleep(pause).await;
            }
        })
    }

    /// Starts a task beside the caller's work.
    pub fn beside<F>(&self, task: impl FnOnce(AnyPool) -> F) -> AbortHandle
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.runtime.spawn(task(self.pool.clone())).abort_handle()
    }

    /// Makes the tables or brings them up to date, over a connection of its own: the pool, whose time runs out, gives no
    /// reasons. Processes that make the tables of one file at the same time get in each other's way: the next attempt
    /// finds them made.
    fn migrate(&self, url: &str) -> Result<()> {
        let mut attempts = 1;
        loop {
            let found = self.wait_for(FIRST_LIMIT, "connect", async |_| {
                let mut connection = AnyConnection::connect(url).await?;
                connection.execute(self.dialect.settings()).await?;
                let made = migrations::run(&mut connection, self.dialect).await;
                connection.close().await?;
                Ok(made)
            })?;
            let Err(error) = found else { return Ok(()) };
            let (place, reason) = (self.shown.clone(), explained(&error));
            if migrations::is_newer(&error) {
                return Err(Error::Newer { place, reason });
            }
            if attempts == MIGRATIONS {
                return Err(Error::Database { place, action: "make its tables", reason });
            }
            attempts += 1;
            std::thread::sleep(BETWEEN);
        }
    }
}

/// Reason of a failure; SQLite says little about files.
fn explained(error: &impl ToString) -> String {
    let reason = error.to_string();
    let advice =
        if reason.contains("disk I/O error") { "; is there room on its disk?" } else { "" };
    format!("{reason}{advice}")
}

impl Drop for Database {
    /// Ends the connections in order: the last one of SQLite then brings everything into its one file.
    fn drop(&mut self) {
        let _within = self.runtime.enter();
        let _ = self.runtime.block_on(tokio::time::timeout(CLOSE, self.pool.close()));
    }
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Database").field("shown", &self.shown).finish_non_exhaustive()
    }
}
