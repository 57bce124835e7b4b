//! The house: what `docs/architecture.md` promises of the source code.

mod architecture;
mod circles;
mod dependencies;
mod examples;
mod rooms;
mod source;
