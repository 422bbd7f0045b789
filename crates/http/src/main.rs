//! The `souk` program. Here, and in `commands`, the parts are put together: this is the only place that knows which
//! adapters there are.

mod commands;

use std::process::ExitCode;

use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser, Subcommand};
use souk_http::config::{self, AddressArgs, LogArgs};

use crate::commands::{
    Failure, access_tokens, admin, audit, demo_data, healthcheck, logging, migrate, openapi, say, serve,
};

/// A tenth of a request's time in the system's own one; see ADR 22.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The Souk Loop marketplace.
///
/// Everything is set by environment variables; `souk serve --help` lists them.
#[derive(Parser)]
#[command(name = "souk", version)]
struct Program {
    #[command(flatten)]
    log: LogArgs,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Answer requests until asked to end (SIGTERM or Ctrl-C)
    Serve(Box<serve::ServeCommand>),
    /// Bring the database to the schema of this program, or back
    Migrate(migrate::MigrateCommand),
    /// Fill the database with people and listings that look real; a second time changes nothing
    DemoData(demo_data::DemoDataCommand),
    /// What only those who run the program may do
    Admin(admin::AdminCommand),
    /// Look over the whole database: one row for each thing that must hold, with how often it does not
    ///
    /// Exits with 1 if anything does not hold. Reads everything at one moment in time and changes nothing, so that it can
    /// run beside servers; on a large database it takes its time.
    Audit(audit::AuditCommand),
    /// Sign access tokens for load tests; whoever has the token secret can anyway
    #[command(hide = true)]
    AccessTokens(access_tokens::AccessTokensCommand),
    /// Print the API's description (OpenAPI 3.1)
    Openapi,
    /// Ask the server on this machine whether it is ready
    Healthcheck(AddressArgs),
}

fn main() -> ExitCode {
    let matches = Program::command().get_matches();
    let program = Program::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let outcome = start(program, &matches);
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("souk: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn start(program: Program, matches: &ArgMatches) -> Result<(), Failure> {
    config::refuse_secrets_on_command_line(matches)?;
    let _last_lines = logging::start(&program.log)?;
    run(program.command)
}

fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Serve(command) => runtime()?.block_on(serve::run(*command)),
        Command::Migrate(command) => runtime()?.block_on(migrate::run(command)),
        Command::DemoData(command) => runtime()?.block_on(demo_data::run(command)),
        Command::Admin(command) => runtime()?.block_on(admin::run(command)),
        Command::Audit(command) => runtime()?.block_on(audit::run(command)),
        Command::AccessTokens(command) => access_tokens::run(command),
        Command::Openapi => {
            say!("{}", openapi::run()?);
            Ok(())
        }
        Command::Healthcheck(address) => healthcheck::run(address.addr),
    }
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}
