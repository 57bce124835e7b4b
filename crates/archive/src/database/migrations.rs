//! Versions of the tables. A version that is in use never changes; a new one is added.

use std::borrow::Cow;

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{AnyConnection, AssertSqlSafe, SqlSafeStr};

use super::dialect::Dialect;

/// Stands for the type of bytes.
const BYTES: &str = "BYTES";

/// Name and statements of every version, from 1.
const VERSIONS: [(&str, &str); 2] = [
    ("scores", include_str!("../migrations/1_scores.sql")),
    ("runs", include_str!("../migrations/2_runs.sql")),
];

/// Brings the tables up to date. At the same time, PostgreSQL lets processes wait for each other, SQLite lets one fail.
pub async fn run(connection: &mut AnyConnection, dialect: Dialect) -> Result<(), MigrateError> {
    let versions = VERSIONS.iter().enumerate().map(|(index, &(name, sql))| {
        let (version, name) = (index as i64 + 1, Cow::Borrowed(name));
        let sql = AssertSqlSafe(sql.replace(BYTES, dialect.bytes())).into_sql_str();
        Migration::new(version, name, MigrationType::Simple, sql, false)
    });
    Migrator::with_migrations(versions.collect()).run(connection).await
}

/// Whether a later version of the program made the tables.
pub fn is_newer(error: &MigrateError) -> bool {
    matches!(error, MigrateError::VersionMissing(_) | MigrateError::VersionMismatch(_))
}
