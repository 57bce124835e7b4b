//! Files of runs, by their contents: a process on another machine fetches them once.
//!
//! Invariants: a piece is found under the digest of its whole file; a run is listed when all of its files are there; a
//! folder is fetched whole or not at all, and every file in it has its digest.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, Row};

use super::Archive;
use crate::error::{Error, Result};
use crate::evaluation::{digest_of_file, hex};

/// Bytes of a piece.
const PIECE: usize = 4 << 20;

/// A run whose files are in an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SharedRun {
    /// Digest of its weights.
    pub weights: String,
    /// Its files, in their order.
    pub files: Vec<SharedFile>,
}

/// A file in an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SharedFile {
    /// Name in the folder of the run.
    pub name: String,
    /// SHA-256 of its bytes.
    pub digest: String,
    /// Number of its bytes.
    pub bytes: u64,
}

impl SharedRun {
    /// Bytes of all files.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }

    /// Files that a folder lacks or has with other contents; none where the folder is the run.
    ///
    /// # Errors
    /// If a file cannot be read.
    pub fn differences(&self, folder: &Path) -> Result<Vec<&SharedFile>> {
        let mut differing = Vec::new();
        for file in &self.files {
            let path = folder.join(&file.name);
            if !path.exists() || digest_of_file(&path)? != file.digest {
                differing.push(file);
            }
        }
        Ok(differing)
    }
}

impl Archive {
    /// Puts the files of a run, relative to its folder, into the archive; those whose contents are there are not sent
    /// again.
    ///
    /// # Errors
    /// If a file cannot be read, or the database refuses it or does not answer.
    pub fn share(&self, weights: &str, folder: &Path, names: &[PathBuf]) -> Result<SharedRun> {
        let files = names.iter().map(|name| self.send(folder, name)).collect::<Result<_>>()?;
        let run = SharedRun { weights: weights.to_owned(), files };
        let list = serde_json::to_string(&run.files).expect("files are plain data");
        let now = self.database.dialect().now();
        let statement = format!(
            "INSERT INTO runs (weights, files, shared) VALUES ($1, $2, {now}) \
             ON CONFLICT (weights) DO UPDATE SET files = $2, shared = {now}"
        );
        self.database.wait("share a run", async |pool| {
            let query = sqlx::query(AssertSqlSafe(statement.clone())).bind(weights).bind(&list);
            query.execute(pool).await.map(|_| ())
        })?;
        Ok(run)
    }

    fn send(&self, folder: &Path, name: &Path) -> Result<SharedFile> {
        let path = folder.join(name);
        let failed = |e| Error::file("read", &path, e);
        let (digest, bytes) = (digest_of_file(&path)?, fs::metadata(&path).map_err(failed)?.len());
        let mut file = File::open(&path).map_err(failed)?;
        let pieces = bytes.div_ceil(PIECE as u64) as i64;
        for number in self.pieces(&digest)?..pieces {
            let mut piece = Vec::with_capacity(PIECE);
            file.seek(SeekFrom::Start(number as u64 * PIECE as u64)).map_err(failed)?;
            Read::by_ref(&mut file).take(PIECE as u64).read_to_end(&mut piece).map_err(failed)?;
            self.database.wait("share a file", async |pool| {
                let statement = "INSERT INTO pieces (digest, number, bytes) VALUES ($1, $2, $3) \
                                 ON CONFLICT (digest, number) DO NOTHING";
                let query = sqlx::query(statement).bind(&digest).bind(number).bind(piece.clone());
                query.execute(pool).await.map(|_| ())
            })?;
        }
        let name = name.to_str().expect("files of runs have plain names").to_owned();
        Ok(SharedFile { name, digest, bytes })
    }

    /// Pieces of a file that are there; they are sent in their order.
    fn pieces(&self, digest: &str) -> Result<i64> {
        self.database.wait("look for a file", async |pool| {
            let query = sqlx::query("SELECT COUNT(*) FROM pieces WHERE digest = $1").bind(digest);
            query.fetch_one(pool).await?.try_get(0)
        })
    }

    /// Runs whose files are in the archive, the latest last.
    ///
    /// # Errors
    /// If the database does not answer, or holds something else.
    pub fn shared_runs(&self) -> Result<Vec<SharedRun>> {
        let rows = self.database.wait("list runs", async |pool| {
            let rows = sqlx::query("SELECT weights, files FROM runs ORDER BY shared, weights");
            let rows = rows.fetch_all(pool).await?;
            rows.iter()
                .map(|row| Ok((row.try_get::<String, _>(0)?, row.try_get::<String, _>(1)?)))
                .collect::<sqlx::Result<Vec<_>>>()
        })?;
        let run = |(weights, files): (String, String)| {
            let files = serde_json::from_str(&files).map_err(|e| Error::Database {
                place: self.shown().to_owned(),
                action: "list runs",
                reason: format!("files of {weights}: {e}"),
            })?;
            Ok(SharedRun { weights, files })
        };
        rows.into_iter().map(run).collect()
    }

    /// Writes the files of a run to a folder that is not there yet. Where another process is faster, its folder stays.
    ///
    /// # Errors
    /// If the database does not answer, a file is not what its digest says, or the folder cannot be written.
    pub fn fetch(&self, run: &SharedRun, folder: &Path) -> Result<()> {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let partial = folder.with_file_name(format!(".{name}.{}", std::process::id()));
        let failed = |e| Error::file("write", &partial, e);
        fs::create_dir_all(&partial).map_err(failed)?;
        let fetched = run.files.iter().try_for_each(|file| self.receive(file, &partial));
        let placed = fetched.and_then(|()| match fs::rename(&partial, folder) {
            Err(_) if folder.exists() => fs::remove_dir_all(&partial).map_err(failed),
            outcome => outcome.map_err(|e| Error::file("write", folder, e)),
        });
        placed.inspect_err(|_| {
            // The error that led here is the one to report.
            let _ = fs::remove_dir_all(&partial);
        })
    }

    fn receive(&self, file: &SharedFile, folder: &Path) -> Result<()> {
        let wrong = |reason: &str| Error::Database {
            place: self.shown().to_owned(),
            action: "fetch a file",
            reason: format!("{}: {reason}", file.name),
        };
        // Whoever can write to the database must not choose where files are written.
        let mut parts = Path::new(&file.name).components();
        if !matches!((parts.next(), parts.next()), (Some(Component::Normal(_)), None)) {
            return Err(wrong("is no name of a file"));
        }
        let path = folder.join(&file.name);
        let failed = |e| Error::file("write", &path, e);
        let mut to = File::create(&path).map_err(failed)?;
        let mut hash = Sha256::new();
        for number in 0..file.bytes.div_ceil(PIECE as u64) as i64 {
            let piece: Option<Vec<u8>> = self.database.wait("fetch a file", async |pool| {
                let statement = "SELECT bytes FROM pieces WHERE digest = $1 AND number = $2";
                let query = sqlx::query(statement).bind(&file.digest).bind(number);
                query.fetch_optional(pool).await?.map(|row| row.try_get(0)).transpose()
            })?;
            let piece = piece.unwrap_or_default();
            hash.update(&piece);
            to.write_all(&piece).map_err(failed)?;
        }
        if hex(&hash.finalize()) != file.digest {
            return Err(wrong("its contents are not those that were shared; share the run again"));
        }
        to.sync_all().map_err(failed)
    }

    /// Removes the files of all runs; scores stay.
    ///
    /// # Errors
    /// If the database refuses it or does not answer.
    pub fn forget_runs(&self) -> Result<()> {
        for statement in ["DELETE FROM runs", "DELETE FROM pieces"] {
            self.database.wait("remove shared runs", async |pool| {
                sqlx::query(statement).execute(pool).await.map(|_| ())
            })?;
        }
        Ok(())
    }
}
