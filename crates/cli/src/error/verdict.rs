//! Errors at the top: what the user can fix, and the exit code.

use std::fmt;

/// Exit code of what the user can fix.
const FIXABLE: u8 = 2;
/// Exit code of everything else.
const OTHER: u8 = 1;

/// A message about something that the user can fix.
#[derive(Debug)]
pub struct UserError(String);

impl fmt::Display for UserError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for UserError {}

/// An error that names file, key and value, and what is accepted.
pub fn user(message: impl Into<String>) -> anyhow::Error {
    anyhow::Error::new(UserError(message.into()))
}

/// Advice on an error in terms of the command line, which the libraries do not know.
pub fn hint(error: &anyhow::Error) -> Option<String> {
    use scalenas_data::Error::{Labels, Picture};
    use scalenas_train::Error::{Changed, Data, NotARun, Occupied};
    error.chain().find_map(|cause| {
        if let Some(Picture { .. } | Labels { .. }) = cause.downcast_ref() {
            return Some("--skip-bad-images goes on without such pictures".to_owned());
        }
        match cause.downcast_ref::<scalenas_train::Error>()? {
            Data(Picture { .. } | Labels { .. }) => {
                Some("--skip-bad-images goes on without such pictures".to_owned())
            }
            Occupied { path } => Some(format!(
                "continue it with --resume {}, replace it with --force, or choose another folder \
                 with --out",
                path.display()
            )),
            NotARun { .. } => Some("runs are made by `supernet`".to_owned()),
            Changed { .. } => Some("use --force to start over".to_owned()),
            _ => None,
        }
    })
}

/// 2 when anything in the chain is a user's or a library's error: libraries report files, keys,
/// values and full disks, and keep what must not happen for panics.
pub fn exit_code(error: &anyhow::Error) -> u8 {
    let fixable = error.chain().any(|cause| {
        cause.is::<UserError>()
            || cause.is::<scalenas_space::Error>()
            || cause.is::<scalenas_data::Error>()
            || cause.is::<scalenas_eval::Error>()
            || cause.is::<scalenas_model::Error>()
            || cause.is::<scalenas_train::Error>()
            || cause.is::<scalenas_evolve::Error>()
            || cause.is::<std::io::Error>()
    });
    if fixable { FIXABLE } else { OTHER }
}
