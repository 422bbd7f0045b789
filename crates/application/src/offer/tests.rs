//! Offers, against mocked ports.
