//! `souk access-tokens`: tokens for load tests, which should not have to log thousands of people in first.
//!
//! It asks nobody: whoever has the secret can sign whatever they like, with this command or without it.

use std::{fs, path::PathBuf, time::Duration};

use chrono::TimeDelta;
use clap::Args;
use souk_domain::{
    id::{SessionId, UserId},
    session::Actor,
    user::Role,
};
use souk_http::config::{self, TokensArgs};
use souk_ports::{Clock, session::AccessTokens};
use souk_system_adapter::SystemClock;
use uuid::Uuid;

use super::{Failure, compose};

/// The arguments of `souk access-tokens`.
#[derive(Args)]
pub(crate) struct AccessTokensCommand {
    /// A file with ids of accounts, one a line
    file: PathBuf,
    /// How long the tokens are good for; nobody can take them back
    #[arg(long, value_name = "DURATION", default_value = "1h", value_parser = config::duration)]
    valid_for: Duration,
    #[command(flatten)]
    tokens: TokensArgs,
}

/// Prints a token for each account, in their order.
pub(crate) fn run(command: AccessTokensCommand) -> Result<(), Failure> {
    let signer = compose::tokens(&command.tokens.resolve()?)?;
    let now = SystemClock.now();
    let expires_at = now + TimeDelta::from_std(command.valid_for)?;
    let ids = fs::read_to_string(&command.file)
        .map_err(|error| format!("cannot read {}: {error}", command.file.display()))?;
    for (line, number) in ids.lines().zip(1..) {
        let id: Uuid =
            line.trim().parse().map_err(|_| format!("line {number} is no account's id: {line}"))?;
        // Of a session that was never begun, so that it can be neither listed nor refreshed.
        let actor =
            Actor { user: UserId::from_uuid(id), session: SessionId::from_uuid(id), role: Role::Both };
        say!("{}", signer.issue(actor, now, expires_at)?);
    }
    Ok(())
}
