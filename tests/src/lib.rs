//! End-to-end and parity tests: the runner as a user calls it, golden numbers, every backend.
