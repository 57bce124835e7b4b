//! Supernet learning on burn-train: grouped sampling, distillation, validation, resume.
