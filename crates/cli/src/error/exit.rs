//! Exit code and hint of a chain of errors.

use std::error::Error;
use std::io;

use super::libraries;
use super::user::UserError;
use super::verdict::Verdict;

/// Exit code of errors that the user can fix.
const FIXABLE: u8 = 2;
/// Exit code of all other errors.
const OTHER: u8 = 1;

/// Exit code of an error, by the outermost cause that decides.
pub fn exit_code(error: &anyhow::Error) -> u8 {
    match error.chain().find_map(judge) {
        Some(Verdict::Fixable | Verdict::Hint(_)) => FIXABLE,
        Some(Verdict::Defect) | None => OTHER,
    }
}

/// Advice in terms of the command line, which the libraries do not know.
pub fn hint(error: &anyhow::Error) -> Option<String> {
    error.chain().find_map(|cause| match judge(cause) {
        Some(Verdict::Hint(hint)) => Some(hint),
        _ => None,
    })
}

/// Judgement of one cause; `None` for context and for errors that only wrap their cause.
fn judge(cause: &(dyn Error + 'static)) -> Option<Verdict> {
    if cause.is::<UserError>() || cause.is::<io::Error>() {
        return Some(Verdict::Fixable);
    }
    libraries::judge(cause)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::user;

    fn lost() -> io::Error {
        io::Error::from(io::ErrorKind::StorageFull)
    }

    #[test]
    fn mistakes_of_the_user_and_of_the_program_differ() {
        let missing = scalenas_data::Error::NoPeople { folder: "data".into() };
        let count = scalenas_evolve::Error::Count { scores: 1, candidates: 2 };
        let joints = scalenas_report::Error::JointCount { person: 0, found: 1, expected: 2 };
        for (error, code) in [
            (user("give --data FOLDER"), FIXABLE),
            (user("a file").context("some.ron"), FIXABLE),
            (lost().into(), FIXABLE),
            (missing.into(), FIXABLE),
            (count.into(), OTHER),
            (joints.into(), OTHER),
            (anyhow::anyhow!("a sentence"), OTHER),
        ] {
            assert_eq!(exit_code(&error), code, "{error:#}");
        }
    }

    #[test]
    fn an_error_that_wraps_another_is_judged_by_its_cause() {
        let wrapped = |cause| scalenas_evolve::Error::Fitness(cause);
        let disk = wrapped(Box::new(lost()));
        assert_eq!(exit_code(&disk.into()), FIXABLE);
        let labels = scalenas_eval::Error::Labels("two sizes".into());
        let labels = wrapped(Box::new(scalenas_train::Error::Eval(labels)));
        assert_eq!(exit_code(&labels.into()), OTHER);
        let picture = scalenas_data::Error::Picture { path: "a.jpg".into(), problem: "cut".into() };
        let picture = wrapped(Box::new(scalenas_train::Error::Data(picture)));
        assert!(hint(&picture.into()).is_some_and(|hint| hint.contains("--skip-bad-images")));
    }
}
