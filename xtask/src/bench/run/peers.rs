//! Other servers that do the same, measured in the same rounds.
//!
//! Which they are and how they are asked is said on the command line. A file of JSON names, for each operation, what is
//! asked of them: `{"feed": {"method": "GET", "path": "/products?page_size=20", "headers": {"X-User": "{user}"},
//! "data": "user.tsv"}, …}`, with `body`, `mode` (`sequential`: each row once) and `before` (SQL that brings back what a
//! run consumes) where they are needed. An operation that is not in it is not asked of them.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use serde_json::Value;

use super::endpoints::Endpoint;
use super::generators::Call;
use super::usage;
use crate::db::{self, Database};
use crate::{process, workspace};

/// The arguments about them.
#[derive(Debug, Args)]
pub(super) struct PeerOptions {
    /// Beside this running server as well; may be given again
    #[arg(long = "peer", value_name = "NAME=URL", requires_all = ["peer_calls", "peer_data"])]
    peers: Vec<String>,
    /// How the others are asked: a file of JSON, by operation
    #[arg(long, value_name = "FILE")]
    peer_calls: Option<PathBuf>,
    /// The folder with the rows and the SQL that it names
    #[arg(long, value_name = "FOLDER")]
    peer_data: Option<PathBuf>,
    /// Their database, for that SQL; on the same server as ours, or its processor time is not seen
    #[arg(long, value_name = "URL")]
    peer_database: Option<String>,
}

/// All of them.
pub(super) struct Peers {
    servers: Vec<Server>,
    calls: Value,
    data: PathBuf,
    database: Option<Database>,
}

struct Server {
    name: String,
    address: String,
    pid: u32,
}

impl Peers {
    /// Finds them.
    pub(super) fn find(options: &PeerOptions) -> Result<Self> {
        let servers = options.peers.iter().map(|peer| server(peer)).collect::<Result<Vec<_>>>()?;
        let calls = match &options.peer_calls {
            Some(file) => serde_json::from_str(&workspace::read(file)?)
                .with_context(|| format!("{} is no JSON", file.display()))?,
            None => Value::Null,
        };
        Ok(Self {
            servers,
            calls,
            data: options.peer_data.clone().unwrap_or_default(),
            database: options.peer_database.as_deref().map(db::at).transpose()?,
        })
    }

    /// Where they have their data, if that was said.
    pub(super) fn database(&self) -> Option<&Database> {
        self.database.as_ref()
    }

    /// Their names, in order.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.servers.iter().map(|server| server.name.as_str())
    }

    /// How each is asked for this, with its place in the order.
    pub(super) fn calls(&self, endpoint: &Endpoint) -> Result<Vec<(usize, Call)>> {
        let Some(call) = self.calls.get(endpoint.name).filter(|call| call.is_object()) else {
            return Ok(Vec::new());
        };
        let text = |name: &str| call.get(name).and_then(Value::as_str);
        let headers = call.get("headers").and_then(Value::as_object).into_iter().flatten();
        let headers = headers.filter_map(|(name, value)| Some(format!("{name}: {}", value.as_str()?)));
        let one = Call {
            address: String::new(),
            pid: None,
            method: text("method").unwrap_or("GET").to_owned(),
            path: text("path").with_context(|| format!("`{}` has no path", endpoint.name))?.to_owned(),
            body: text("body").map(str::to_owned),
            headers: headers.collect(),
            data: text("data").map(|file| self.data.join(file)),
            is_once: text("mode") == Some("sequential"),
        };
        let of =
            |server: &Server| Call { address: server.address.clone(), pid: Some(server.pid), ..one.clone() };
        Ok(self.servers.iter().map(of).enumerate().collect())
    }

    /// Brings back what was consumed.
    pub(super) fn reset(&self, endpoint: &Endpoint) -> Result<()> {
        let before =
            self.calls.get(endpoint.name).and_then(|call| call.get("before")).and_then(Value::as_str);
        let (Some(file), false) = (before, self.servers.is_empty()) else { return Ok(()) };
        let Some(database) = &self.database else {
            bail!("`{}` needs {file} to be run: say --peer-database", endpoint.name);
        };
        let mut psql = database.command()?;
        psql.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-f"]).arg(self.data.join(file));
        process::read(&mut psql).map(drop)
    }
}

fn server(peer: &str) -> Result<Server> {
    let (name, url) = peer.split_once('=').with_context(|| format!("`{peer}` is not NAME=URL"))?;
    let address = url.strip_prefix("http://").with_context(|| format!("`{url}` is not http://HOST:PORT"))?;
    let address = address.trim_end_matches('/');
    let port = address.rsplit_once(':').and_then(|(_, port)| port.parse().ok());
    let port = port.with_context(|| format!("`{url}` names no port"))?;
    let pid = usage::listening(port)
        .with_context(|| format!("nothing listens on port {port} here: start `{name}`"))?;
    Ok(Server { name: name.to_owned(), address: address.to_owned(), pid })
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::super::endpoints::ENDPOINTS;
    use super::*;

    #[test]
    fn a_peer_is_asked_as_its_file_says() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let peer = format!("other=http://{}/", listener.local_addr().unwrap());
        let calls = r#"{"feed": {"path": "/feed", "headers": {"X-User": "{user}"}, "data": "user.tsv", "mode": "sequential"},
            "inbox": null}"#;
        let peers = Peers {
            servers: vec![server(&peer).unwrap()],
            calls: serde_json::from_str(calls).unwrap(),
            data: PathBuf::from("/data"),
            database: None,
        };
        let named = |name: &str| ENDPOINTS.iter().find(|endpoint| endpoint.name == name).unwrap();
        let (place, call) = peers.calls(named("feed")).unwrap().remove(0);
        assert_eq!((place, call.pid, call.is_once), (0, Some(std::process::id()), true));
        assert_eq!((call.method.as_str(), call.headers), ("GET", vec!["X-User: {user}".to_owned()]));
        assert_eq!(call.data.unwrap(), PathBuf::from("/data/user.tsv"));
        assert!(peers.calls(named("inbox")).unwrap().is_empty());
        assert!(peers.calls(named("nearby")).unwrap().is_empty());
    }

    #[test]
    fn what_is_no_server_is_told() {
        for (peer, said) in [
            ("x", "NAME=URL"),
            ("x=ftp://a", "http://"),
            ("x=http://a", "port"),
            ("x=http://127.0.0.1:1", "start `x`"),
        ] {
            let error = server(peer).err().map(|error| format!("{error:#}")).unwrap_or_default();
            assert!(error.contains(said), "{peer}: {error}");
        }
    }
}
