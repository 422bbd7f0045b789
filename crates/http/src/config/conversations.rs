//! How much people may open and write.

use clap::Args;

/// How much people may open and write, as given. Tries are kept one by one, hence at most a hundred.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Conversations")]
pub struct ConversationsArgs {
    /// How many messages somebody may send in a minute; `SOUK_RATE_LIMITS=off` lets everybody send as many as they like
    #[arg(long, env = "SOUK_MESSAGES_A_MINUTE", value_name = "COUNT", default_value = "20",
        value_parser = clap::value_parser!(u32).range(1..=100))]
    messages_a_minute: u32,
    /// How many new conversations somebody may open in an hour
    #[arg(long, env = "SOUK_CONVERSATIONS_AN_HOUR", value_name = "COUNT", default_value = "5",
        value_parser = clap::value_parser!(u32).range(1..=100))]
    conversations_an_hour: u32,
}

/// How much people may open and write.
#[derive(Clone, Copy, Debug)]
pub struct Conversations {
    /// Messages in a minute.
    pub messages_a_minute: u32,
    /// New conversations in an hour.
    pub conversations_an_hour: u32,
}

impl ConversationsArgs {
    pub(super) fn resolve(self) -> Conversations {
        Conversations {
            messages_a_minute: self.messages_a_minute,
            conversations_an_hour: self.conversations_an_hour,
        }
    }
}
