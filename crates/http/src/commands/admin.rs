//! `souk admin`: what only those who run the program may do.

use clap::{Args, Subcommand};
use souk_domain::contact::Email;
use souk_http::config::DatabaseArgs;
use souk_ports::DecideError;

use super::{Failure, compose};

/// The arguments of `souk admin`.
#[derive(Args)]
pub(crate) struct AdminCommand {
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Make an existing account an admin's
    Grant {
        /// The account's e-mail address
        #[arg(value_parser = email)]
        email: Email,
    },
}

/// Does it, and says so.
pub(crate) async fn run(command: AdminCommand) -> Result<(), Failure> {
    let admins = compose::admins(&command.database.resolve()?)?;
    let Action::Grant { email } = command.action;
    match admins.grant(email.clone()).await {
        Ok(user) => {
            say!("{} is an admin from the next log-in or refresh on", user.username.as_ref());
            Ok(())
        }
        Err(DecideError::NotFound) => {
            Err(format!("no account has the e-mail address {}; it has to register first", email.as_ref())
                .into())
        }
        Err(error) => Err(error.into()),
    }
}

fn email(text: &str) -> Result<Email, String> {
    Email::parse(text).map_err(|fault| fault.detail.into_owned())
}
