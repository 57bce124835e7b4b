//! Fitness of candidates: calibrated AP of subnets that share the supernet's weights.
