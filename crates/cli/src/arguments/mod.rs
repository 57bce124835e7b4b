//! Arguments that several verbs share. Groups of them are flattened into the arguments of a verb,
//! which stand beside the verb.

mod changes;
mod choices;
mod data;
mod device;
mod format;
mod network;
mod precision;
pub mod values;

pub use changes::Changes;
pub use choices::{FlipTest, PoseHead, Task};
pub use data::{DataArguments, FileArguments};
pub use device::DeviceArguments;
pub use format::Format;
pub use network::NetworkArguments;
pub use precision::{PrecisionArguments, settle};
