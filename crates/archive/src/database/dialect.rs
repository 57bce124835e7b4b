//! Differences between SQLite and PostgreSQL.

/// Kind of database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// A file; one writer at a time.
    Sqlite,
    /// A server.
    Postgres,
}

impl Dialect {
    /// Statements for every new connection.
    pub fn settings(self) -> &'static str {
        match self {
            // Readers do not wait for the writer, and what is committed survives a loss of power.
            Self::Sqlite => {
                "PRAGMA busy_timeout = 20000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
            }
            Self::Postgres => "SET statement_timeout = 30000",
        }
    }

    /// Seconds since 1970 by the clock of the database, which all processes share.
    pub fn now(self) -> &'static str {
        match self {
            Self::Sqlite => "unixepoch('subsec')",
            Self::Postgres => "CAST(extract(epoch FROM clock_timestamp()) AS double precision)",
        }
    }

    /// Type of a column of bytes.
    pub fn bytes(self) -> &'static str {
        match self {
            Self::Sqlite => "BLOB",
            Self::Postgres => "BYTEA",
        }
    }

    /// End of a query for rows that are about to be changed: those of other processes are passed over.
    pub fn for_update(self) -> &'static str {
        match self {
            // A statement that writes is alone.
            Self::Sqlite => "",
            Self::Postgres => " FOR UPDATE SKIP LOCKED",
        }
    }
}

/// `$FIRST, $FIRST+1, …` for so many values.
pub fn places(first: usize, count: usize) -> String {
    (first..first + count).map(|place| format!("${place}")).collect::<Vec<_>>().join(", ")
}
