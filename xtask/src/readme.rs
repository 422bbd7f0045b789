//! `cargo xtask readme`: runs the README's command examples against a real server, so that they stay true.
//!
//! A block counts when it is fenced as `sh` and the line before it is `<!-- run -->`, or `<!-- run exit=22 -->`
//! where it shows a failure. The blocks run in their order in one shell, so that one may use what another set.
//! `curl` fails there on an HTTP error, as a reader would call it a failure too.

use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::db::{self, Choice, Purpose};
use crate::souk::{self, Profile};
use crate::{process, server, ui, workspace};

/// Where examples say the server is.
const WRITTEN: [&str; 2] = ["127.0.0.1:3000", "localhost:3000"];

/// A marked example.
#[derive(Debug, PartialEq, Eq)]
struct Example {
    /// Its first line in the file.
    line: usize,
    commands: String,
    exit: u8,
}

/// Runs all examples.
pub(crate) fn run(choice: Option<Choice>) -> Result<()> {
    let examples = examples(&workspace::read(&workspace::root().join("README.md"))?)?;
    if examples.is_empty() {
        bail!("no example in README.md is marked with <!-- run -->: a check of nothing would always pass");
    }
    let binary = souk::build(Profile::Dev)?;
    let database = db::open(choice, Purpose::Test)?;
    let name = format!("souk_x_{}", std::process::id());
    database.create(&name)?;
    let outcome = against(&examples, &binary, &database.url_of(&name)?);
    let removed = database.remove(&name);
    outcome.and(removed)
}

fn against(examples: &[Example], binary: &std::path::Path, url: &str) -> Result<()> {
    souk::migrate(binary, url)?;
    souk::demo_data(binary, url)?;
    // The answers matter here, not the log of them.
    let mut serve = souk::command(binary, url)?;
    serve.env("RUST_LOG", "warn");
    let mut server = server::start_with(serve, &server::free_address()?, &server::free_address()?)?;
    let script = script(examples, &server.address);
    let mut shell = Command::new("sh");
    shell.args(["-c", &script]).current_dir(workspace::root());
    let outcome = process::status(&mut shell).and_then(|status| {
        if !status.success() {
            bail!("the last example of README.md named above did not end as it says ({status})");
        }
        ui::note(&format!("{} examples of README.md work", examples.len()));
        Ok(())
    });
    server.stop().and(outcome)
}

/// One script of all examples, each announced before it runs.
fn script(examples: &[Example], address: &str) -> String {
    let mut script = String::from("curl() { command curl --silent --show-error --fail-with-body \"$@\"; }\n");
    for Example { line, commands, exit } in examples {
        let commands = WRITTEN.iter().fold(commands.clone(), |text, written| text.replace(written, address));
        let checked = if *exit == 0 {
            format!("set -e\n{commands}\nset +e\necho\n")
        } else {
            format!(
                "(set -e\n{commands}\n)\ncode=$?\necho\n\
                 [ $code -eq {exit} ] || {{ echo \"exit $code, not {exit}\" >&2; exit 1; }}\n"
            )
        };
        script.push_str("echo '--- README.md:");
        script.push_str(&line.to_string());
        script.push_str("' >&2\n");
        script.push_str(&checked);
    }
    script
}

fn examples(markdown: &str) -> Result<Vec<Example>> {
    let mut found = Vec::new();
    let mut lines = markdown.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        let Some(mark) = line.trim().strip_prefix("<!-- run").and_then(|rest| rest.strip_suffix("-->"))
        else {
            continue;
        };
        let exit = match mark.trim() {
            "" => 0,
            mark => mark
                .strip_prefix("exit=")
                .and_then(|code| code.parse().ok())
                .with_context(|| format!("README.md:{}: `{}` means nothing; say exit=N", at + 1, mark))?,
        };
        match lines.find(|(_, line)| !line.trim().is_empty()) {
            Some((_, fence)) if fence.trim() == "```sh" => {}
            Some(_) | None => {
                bail!("README.md:{}: a run mark must stand before a block fenced as ```sh", at + 1)
            }
        }
        let commands: Vec<&str> =
            lines.by_ref().map(|(_, line)| line).take_while(|line| line.trim() != "```").collect();
        found.push(Example { line: at + 1, commands: commands.join("\n"), exit });
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const README: &str = "# X\n<!-- run -->\n```sh\nTOKEN=7\necho http://localhost:3000\n```\n```sh\nexit 9\n```\n<!-- run \
                          exit=3 -->\n\n```sh\nexit 3\n```\n<!-- run -->\n```sh\n[ \"$TOKEN\" = 7 ]\n```\n";

    #[test]
    fn only_marked_blocks_count() {
        let found = examples(README).unwrap();
        assert_eq!(
            found.iter().map(|example| (example.line, example.exit)).collect::<Vec<_>>(),
            [(2, 0), (10, 3), (15, 0)]
        );
        assert!(examples("<!-- run -->\ntext").unwrap_err().to_string().contains("README.md:1"));
        assert!(examples("<!-- run twice -->\n```sh\n```").is_err());
    }

    #[test]
    fn blocks_share_a_shell_and_the_real_address() {
        let script = script(&examples(README).unwrap(), "127.0.0.1:4711");
        let said = process::read(Command::new("sh").args(["-c", &script])).unwrap();
        assert!(said.starts_with("http://127.0.0.1:4711\n"), "{said}");
    }

    #[test]
    fn a_wrong_example_fails() {
        for wrong in ["<!-- run -->\n```sh\nfalse\ntrue\n```\n", "<!-- run exit=3 -->\n```sh\ntrue\n```\n"] {
            let script = script(&examples(wrong).unwrap(), "x");
            assert!(process::read(Command::new("sh").args(["-c", &script])).is_err(), "{wrong}");
        }
    }
}
