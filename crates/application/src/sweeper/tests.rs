//! Sweeping, against mocked ports.
