//! What the application needs of the machine it runs on: the time, ids, randomness, and the cryptography that proves
//! who somebody is. No network, no files.

mod clock;
mod codes;
mod ids;
mod ingest;
mod keys;
mod passwords;
mod pseudonyms;
mod refresh;
mod resets;
mod tokens;

pub use clock::SystemClock;
pub use codes::RandomCodes;
pub use ids::TimeOrderedIds;
pub use ingest::RandomIngestKeys;
pub use keys::{KeyPair, Keys};
pub use passwords::Argon2Passwords;
pub use pseudonyms::HmacPseudonyms;
pub use refresh::HmacRefreshTokens;
pub use resets::RandomResetTokens;
pub use tokens::HmacAccessTokens;
