//! A running `souk serve`, ended in order whatever happens.

use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use crate::{http, process, souk, ui};

/// How long a server may take to become ready.
const READY: Duration = Duration::from_mins(1);

/// A server that this run started.
#[derive(Debug)]
pub(crate) struct Server {
    child: Option<Child>,
    /// Where the API listens.
    pub(crate) address: String,
}

/// Fails with advice if something else listens there.
pub(crate) fn check_free(variable: &str, address: &str) -> Result<()> {
    if let Err(error) = TcpListener::bind(address) {
        let port = address.rsplit_once(':').map_or(address, |(_, port)| port);
        bail!(
            "{address} can't be listened on ({error}).\n  If another server runs there, stop it (`ss -ltnp 'sport = \
             :{port}'` names it), or choose another address: {variable}=127.0.0.1:3100 cargo xtask dev"
        );
    }
    Ok(())
}

/// An address that nobody listens on now.
pub(crate) fn free_address() -> Result<String> {
    TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .map(|address| address.to_string())
        .context("no free port on the loopback address")
}

/// Starts the server, with its workers, and waits until it says it is ready.
pub(crate) fn start(binary: &Path, database_url: &str, address: &str, ops_address: &str) -> Result<Server> {
    start_with(souk::command(binary, database_url)?, address, ops_address)
}

/// The same, with a call that somebody prepared.
pub(crate) fn start_with(mut serve: Command, address: &str, ops_address: &str) -> Result<Server> {
    serve.arg("serve").env("SOUK_ADDR", address).env("SOUK_OPS_ADDR", ops_address);
    // In a process group of its own, so that Ctrl-C reaches us alone and the server is ended in order, before
    // the database.
    serve.process_group(0);
    let step = ui::step("starting `souk serve`");
    let mut server = Server { child: Some(process::spawn(&mut serve)?), address: http::reachable(address) };
    let ready = process::wait_for(READY, || {
        if let Some(status) = server.ended()? {
            bail!("`souk serve` ended with {status} before it was ready; what it said is above");
        }
        Ok((http::status(&server.address, "/readyz") == Some(200)).then_some(()))
    })?;
    ready.with_context(|| {
        format!(
            "`souk serve` was not ready after {} s: http://{}/readyz says why",
            READY.as_secs(),
            server.address
        )
    })?;
    step.done_as("`souk serve` is ready");
    Ok(server)
}

impl Server {
    fn ended(&mut self) -> Result<Option<std::process::ExitStatus>> {
        match &mut self.child {
            Some(child) => child.try_wait().context("cannot wait for the server"),
            None => Ok(None),
        }
    }

    /// Waits until somebody asks us to stop; a server that ends by itself is an error.
    pub(crate) fn serve_until_interrupted(&mut self) -> Result<()> {
        loop {
            if let Some(status) = self.ended()? {
                self.child = None;
                bail!("`souk serve` ended by itself with {status}");
            }
            if process::interrupted() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Ends the server and waits for it.
    pub(crate) fn stop(&mut self) -> Result<()> {
        let Some(mut child) = self.child.take() else { return Ok(()) };
        let step = ui::step("stopping `souk serve`");
        let status = process::stop(&mut child)?;
        if !status.success() {
            bail!("`souk serve` ended with {status} after SIGTERM");
        }
        step.done_as("`souk serve` has stopped");
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Err(error) = self.stop() {
            ui::warn(&format!("{error:#}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_address_is_explained() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = taken.local_addr().unwrap().to_string();
        let text = check_free("SOUK_ADDR", &address).unwrap_err().to_string();
        assert!(text.contains("SOUK_ADDR=127.0.0.1:3100 cargo xtask dev"), "{text}");
        assert!(check_free("SOUK_ADDR", &free_address().unwrap()).is_ok());
    }
}
