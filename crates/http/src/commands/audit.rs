//! `souk audit`: whether everything in the database is as it must be.

use clap::Args;
use secrecy::ExposeSecret;
use souk_http::config::DatabaseUrlArgs;
use souk_ports::audit::{Audit, Finding};
use souk_postgres_adapter::{Connector, PgAudit};

use super::Failure;

/// The arguments of `souk audit`.
#[derive(Args)]
pub(crate) struct AuditCommand {
    #[command(flatten)]
    database: DatabaseUrlArgs,
    /// Print JSON, for programs
    #[arg(long)]
    json: bool,
}

/// Looks over everything and shows what it found; fails if anything is not as it must be.
pub(crate) async fn run(command: AuditCommand) -> Result<(), Failure> {
    let url = command.database.resolve()?;
    // Without limits on how long a statement takes: it reads everything.
    let findings = PgAudit::new(Connector::new(url.expose_secret(), None)?).audit().await?;
    if command.json {
        say!("{}", json(&findings));
    } else {
        table(&findings);
    }
    let broken = findings.iter().filter(|finding| finding.violations > 0).count();
    if broken > 0 {
        Err(format!("{broken} of {} invariants do not hold", findings.len()).into())
    } else {
        Ok(())
    }
}

/// One line each, numbers below each other.
fn table(findings: &[Finding]) {
    let id = findings.iter().map(|finding| finding.id.len()).max().unwrap_or_default();
    let name = findings.iter().map(|finding| finding.name.len()).max().unwrap_or_default();
    say!("{:<id$}  {:<name$}  {:>10}", "id", "name", "violations");
    for finding in findings {
        say!("{:<id$}  {:<name$}  {:>10}", finding.id, finding.name, finding.violations);
    }
}

fn json(findings: &[Finding]) -> serde_json::Value {
    findings
        .iter()
        .map(|Finding { id, name, violations }| {
            serde_json::json!({ "id": id, "name": name, "violations": violations })
        })
        .collect()
}
