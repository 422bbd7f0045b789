//! What the application needs of the machine it runs on: the time, ids, randomness, and the cryptography that proves
//! who somebody is. No network, no files.

mod clock;
mod ids;
mod keys;
mod passwords;
mod tokens;

pub use clock::SystemClock;
pub use ids::TimeOrderedIds;
pub use keys::Keys;
pub use passwords::Argon2Passwords;
pub use tokens::{HmacAccessTokens, RandomRefreshTokens};
