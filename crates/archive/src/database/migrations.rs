//! Versions of the tables. A version that is in use never changes; a new one is added.

use std::borrow::Cow;

use sqlx::AnyConnection;
use sqlx::SqlSafeStr;
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};

/// Name and statements of every version, from 1.
const VERSIONS: [(&str, &str); 1] = [("scores", include_str!("../migrations/1_scores.sql"))];

/// Brings the tables up to date. At the same time, PostgreSQL lets processes wait for each other, SQLite lets one fail.
pub async fn run(connection: &mut AnyConnection) -> Result<(), MigrateError> {
    let versions = VERSIONS.iter().enumerate().map(|(index, &(name, sql))| {
        let (version, name) = (index as i64 + 1, Cow::Borrowed(name));
        Migration::new(version, name, MigrationType::Simple, sql.into_sql_str(), false)
    });
    Migrator::with_migrations(versions.collect()).run(connection).await
}

/// Whether a later version of the program made the tables.
pub fn is_newer(error: &MigrateError) -> bool {
    matches!(error, MigrateError::VersionMissing(_) | MigrateError::VersionMismatch(_))
}
