//! Judgement of every variant of every library's error: a new variant does not compile until it has
//! one.

use std::error::Error;

use super::verdict::Verdict::{self, Defect, Fixable, Hint};

/// Advice on pictures that are missing or damaged.
const SKIP: &str = "--skip-bad-images goes on without such pictures";

/// Advice on a run or search that was made with other options.
const START_OVER: &str = "use --force to start over";

/// Judgement of a library's error; `None` for errors of others and for those that only wrap their
/// cause.
pub fn judge(cause: &(dyn Error + 'static)) -> Option<Verdict> {
    if cause.is::<scalenas_base::PictureError>() {
        return Some(Hint(SKIP.to_owned()));
    }
    let judged = cause.downcast_ref().map(space);
    judged
        .or_else(|| cause.downcast_ref().map(coco))
        .or_else(|| cause.downcast_ref().map(data))
        .or_else(|| cause.downcast_ref().map(eval))
        .or_else(|| cause.downcast_ref().map(model))
        .or_else(|| cause.downcast_ref().map(export))
        .or_else(|| cause.downcast_ref().map(report))
        .or_else(|| cause.downcast_ref().and_then(archive))
        .or_else(|| cause.downcast_ref().map(collective))
        .or_else(|| cause.downcast_ref().map(train))
        .or_else(|| cause.downcast_ref().and_then(evolve))
}

fn space(error: &scalenas_space::Error) -> Verdict {
    use scalenas_space::Error::{
        Branches, Depth, File, Fusion, Input, Latency, Modules, Parse, Spec, UnknownPreset,
    };
    match error {
        UnknownPreset { .. }
        | Spec { .. }
        | Modules { .. }
        | Branches { .. }
        | Depth { .. }
        | Fusion { .. }
        | Input { .. }
        | Latency { .. }
        | File { .. }
        | Parse { .. } => Fixable,
    }
}

fn coco(error: &scalenas_coco::Error) -> Verdict {
    use scalenas_coco::Error::{
        AbsentImages, BrokenTriples, CutOff, DuplicateIds, Io, JointCount, JointOrder, Json,
        Missing, NoCategory, NoDetections, NotFinite, Outline, SeveralPeople, UnusableBoxes,
        UnusableDetections, Value,
    };
    match error {
        Io { .. }
        | CutOff { .. }
        | Json { .. }
        | Outline { .. }
        | Missing { .. }
        | NotFinite { .. }
        | JointCount { .. }
        | JointOrder { .. }
        | NoCategory { .. }
        | SeveralPeople { .. }
        | Value { .. }
        | BrokenTriples { .. }
        | DuplicateIds { .. }
        | AbsentImages { .. }
        | UnusableBoxes { .. }
        | UnusableDetections { .. }
        | NoDetections { .. } => Fixable,
    }
}

fn data(error: &scalenas_data::Error) -> Verdict {
    use scalenas_data::Error::{
        Coco, Facts, Io, Labels, ListLine, NoPeople, NoPictures, NothingLeft, Picture, Setting,
    };
    match error {
        Picture { .. } | Labels { .. } => Hint(SKIP.to_owned()),
        Coco(error) => coco(error),
        Io { .. }
        | Facts { .. }
        | NoPeople { .. }
        | NoPictures { .. }
        | NothingLeft { .. }
        | ListLine { .. }
        | Setting { .. } => Fixable,
    }
}

fn eval(error: &scalenas_eval::Error) -> Verdict {
    use scalenas_eval::Error::{
        Coco, Labels, MapValue, Maps, Sigma, UnknownCategory, UnknownImages,
    };
    match error {
        Coco(error) => coco(error),
        // Values that are not finite come from weights, and sigmas from a file of facts.
        UnknownImages { .. } | UnknownCategory { .. } | Sigma { .. } | MapValue { .. } => Fixable,
        // Sizes of predictions and settings of grouping are those of the program.
        Maps { .. } | Labels(_) => Defect,
    }
}

fn model(error: &scalenas_model::Error) -> Verdict {
    use scalenas_model::Error::{File, Format, Missing, Shape, Space, Supernet};
    match error {
        File { .. } | Shape { .. } | Missing { .. } | Format { .. } => Fixable,
        Supernet { .. } => {
            Hint("take one network out with import --arch, or give the run and --arch".to_owned())
        }
        Space(error) => space(error),
    }
}

fn export(error: &scalenas_export::Error) -> Verdict {
    use scalenas_export::Error::{Decoding, Missing, Opset, Space};
    match error {
        Missing { .. } | Opset { .. } => Fixable,
        Decoding { .. } => Hint("leave out --decode".to_owned()),
        Space(error) => space(error),
    }
}

fn report(error: &scalenas_report::Error) -> Verdict {
    use scalenas_report::Error::{ClassMap, JointCount, PixelCount};
    match error {
        PixelCount { .. } | ClassMap { .. } | JointCount { .. } => Defect,
    }
}

fn train(error: &scalenas_train::Error) -> Verdict {
    use scalenas_train::Error::{
        Changed, Collective, Data, Diverged, Eval, File, Locked, Model, NotARun, Occupied, Option,
        Space, Tasks, Teacher, TooFew, Unlike,
    };
    match error {
        Locked { .. } => {
            Hint("wait for it, stop it, or choose another folder with --out".to_owned())
        }
        Occupied { path } => Hint(format!(
            "continue it with --resume {}, replace it with --force, or choose another folder with \
             --out",
            path.display()
        )),
        NotARun { .. } => Hint("runs are made by `supernet`".to_owned()),
        Changed { .. } => Hint(START_OVER.to_owned()),
        // A description of a run can be changed by hand.
        File { .. }
        | Option { .. }
        | Teacher { .. }
        | Tasks { .. }
        | TooFew { .. }
        | Unlike { .. }
        | Diverged { .. } => Fixable,
        Collective(error) => collective(error),
        Data(error) => data(error),
        Eval(error) => eval(error),
        Model(error) => model(error),
        Space(error) => space(error),
    }
}

fn collective(error: &scalenas_collective::Error) -> Verdict {
    use scalenas_collective::Error::{Join, Left, Listen, Order, Stopped, Version};
    match error {
        Listen { .. } | Join { .. } | Version { .. } | Stopped { .. } => Fixable,
        Left { .. } => {
            Hint("the same command with --resume goes on from the last checkpoint".to_owned())
        }
        Order { .. } => Defect,
    }
}

/// Judgement of a search's error; `None` where its cause decides.
fn evolve(error: &scalenas_evolve::Error) -> Option<Verdict> {
    use scalenas_evolve::Error::{
        Changed, Count, File, Fitness, Infeasible, Observer, Option, Score, Space,
    };
    match error {
        Changed { .. } => Some(Hint(START_OVER.to_owned())),
        Option { .. } | Infeasible { .. } | File { .. } => Some(Fixable),
        Score { .. } | Count { .. } => Some(Defect),
        Fitness(_) | Observer(_) => None,
        Space(error) => Some(space(error)),
    }
}

fn archive(error: &scalenas_archive::Error) -> Option<Verdict> {
    use scalenas_archive::Error::{
        Contents, Database, File, Fitness, InWork, Newer, Place, Poisoned, Score, Stopped,
        Unreachable,
    };
    match error {
        Unreachable { .. } => {
            Some(Hint("the same command continues once the database answers".to_owned()))
        }
        Place { .. }
        | Database { .. }
        | Newer { .. }
        | Contents { .. }
        | File { .. }
        | InWork { .. } => Some(Fixable),
        Poisoned { .. } | Score { .. } | Stopped => Some(Defect),
        Fitness(_) => None,
    }
}
