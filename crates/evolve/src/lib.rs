//! Evolutionary search over architectures, independent of any network.
