//! The files that load generators need: ids with tokens, and SQL that brings back what measurements consumed.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use super::copy::Copy;
use super::data::products::{Product, State};
use super::data::{World, kind, pool, threads};
use super::dice::Dice;
use super::stamp::{Id, NEWEST, POOL};
use crate::db::{self, Database};
use crate::{process, souk, ui, workspace};

/// How long the tokens are good for.
const TOKENS_LAST: &str = "90d";

/// How many rows each file has.
const PRODUCTS: u32 = 20_000;
const USERS: u32 = 10_000;
const CONVERSATIONS: u32 = 20_000;
const OFFERABLE: u32 = 60_000;

/// Writes all of them.
pub(super) fn write(world: &World, database: &Database, binary: &Path, folder: &Path) -> Result<()> {
    let step = ui::step("files for load generators");
    workspace::make_dir(folder)?;
    let tokens = tokens(world, database, binary, folder)?;
    let token = |n: u32| {
        let index = usize::try_from(n).unwrap_or(usize::MAX);
        tokens.get(index).map(String::as_str).unwrap_or_default()
    };
    let write = |name: &str, text: String| workspace::write(&folder.join(name), text);
    write("product.tsv", products(world, token))?;
    write("user.tsv", users(world, token))?;
    write("conversation.tsv", conversations(world, token))?;
    write("offerable.tsv", offerable(world, token)?)?;
    write("acceptable.tsv", acceptable(world, token))?;
    number_rows(database, folder)?;
    write("offer_reset.sql", offer_reset())?;
    write("accept_reset.sql", accept_reset())?;
    let meta = serde_json::json!({ "scale": world.sizes.scale, "database": db::url::name(database.url())? });
    write("meta.json", meta.to_string())?;
    step.done();
    Ok(())
}

/// The same rows as tables of the schema `bench`, numbered from one, where SQL that measures the database finds them.
fn number_rows(database: &Database, folder: &Path) -> Result<()> {
    super::load::sql(database, &["DROP SCHEMA IF EXISTS bench CASCADE", "CREATE SCHEMA bench"])?;
    for (file, columns) in [
        ("product", "id uuid"),
        ("user", "id uuid"),
        ("conversation", "id uuid, sender uuid"),
        ("offerable", "product uuid, buyer uuid, amount_minor bigint"),
        ("acceptable", "id uuid, seller uuid"),
    ] {
        let table = if file == "user" { "bench.reader".to_owned() } else { format!("bench.{file}") };
        let names: Vec<_> = columns.split(", ").filter_map(|column| column.split(' ').next()).collect();
        super::load::sql(database, &[&format!("CREATE TABLE {table} (n integer PRIMARY KEY, {columns})")])?;
        let text = workspace::read(&folder.join(format!("{file}.tsv")))?;
        let mut copy = Copy::begin(database.command()?, &table, &format!("n, {}", names.join(", ")))?;
        for (line, n) in text.lines().skip(1).zip(1..) {
            let row = copy.rows().put(n);
            for value in line.split('\t').take(names.len()) {
                row.put(value);
            }
            row.end_row();
            copy.flush_if_full()?;
        }
        copy.finish()?;
    }
    super::load::sql(
        database,
        &[
            "VACUUM ANALYZE bench.product, bench.reader, bench.conversation, bench.offerable, bench.acceptable",
        ],
    )
}

/// A token for everybody, in the order of people.
fn tokens(world: &World, database: &Database, binary: &Path, folder: &Path) -> Result<Vec<String>> {
    let ids = folder.join("ids.txt");
    let list = world.users.iter().fold(String::new(), |mut text, id| {
        let _ = writeln!(text, "{id}");
        text
    });
    workspace::write(&ids, list)?;
    let mut command = souk::command(binary, database.url())?;
    command.args(["access-tokens", "--valid-for", TOKENS_LAST]).arg(&ids);
    let said = process::read(&mut command)?;
    std::fs::remove_file(&ids).context("cannot remove a list of ids")?;
    let tokens: Vec<_> = said.lines().map(str::to_owned).collect();
    if tokens.len() != world.users.len() {
        bail!("`souk access-tokens` gave {} tokens for {} people", tokens.len(), world.users.len());
    }
    Ok(tokens)
}

fn products<'a>(world: &World, token: impl Fn(u32) -> &'a str) -> String {
    let mut text = String::from("product\ttoken\n");
    for n in 0..PRODUCTS {
        let mut dice = Dice::of(kind::SAMPLE, u64::from(n));
        let id = Product::of(&world.sizes, dice.below(world.sizes.products)).id;
        let _ = writeln!(text, "{id}\t{}", token(dice.below(world.sizes.users)));
    }
    text
}

fn users<'a>(world: &World, token: impl Fn(u32) -> &'a str) -> String {
    let mut text = String::from("user\ttoken\n");
    for n in 0..USERS {
        let user = n * (world.sizes.users / USERS);
        let _ = writeln!(text, "{}\t{}", world.user(user), token(user));
    }
    text
}

fn conversations<'a>(world: &World, token: impl Fn(u32) -> &'a str) -> String {
    let mut text = String::from("conversation\tsender\ttoken\n");
    for n in 0..CONVERSATIONS {
        let thread = n * (world.sizes.threads / CONVERSATIONS);
        let (buyer, product) = world.threads.parties(thread);
        let sender = if n.is_multiple_of(2) { buyer } else { Product::of(&world.sizes, product).seller };
        let id = threads::thread_id(&world.sizes, thread);
        let _ = writeln!(text, "{id}\t{}\t{}", world.user(sender), token(sender));
    }
    text
}

/// Listings that take an offer, and people who have made none for them yet. Four fifths of the price is above every floor
/// and below what answers itself.
fn offerable<'a>(world: &World, token: impl Fn(u32) -> &'a str) -> Result<String> {
    let mut text = String::from("product\tbuyer\tamount_minor\ttoken\n");
    let mut pairs = HashSet::new();
    let mut dice = Dice::of(kind::SAMPLE, 1 << 40);
    for _ in 0..OFFERABLE * 50 {
        let (n, buyer) = (dice.below(world.sizes.products), dice.below(world.sizes.users));
        let product = Product::of(&world.sizes, n);
        let takes = product.is_community && product.state == State::Available && product.seller != buyer;
        if takes && !world.threads.has(buyer, n) && pairs.insert((n, buyer)) {
            let (id, amount) = (product.id, product.share(80));
            let _ = writeln!(text, "{id}\t{}\t{amount}\t{}", world.user(buyer), token(buyer));
        }
        if pairs.len() == usize::try_from(OFFERABLE)? {
            return Ok(text);
        }
    }
    bail!("there are too few listings that take offers")
}

fn acceptable<'a>(world: &World, token: impl Fn(u32) -> &'a str) -> String {
    let mut text = String::from("offer\tseller\ttoken\n");
    for n in 0..pool::LISTINGS {
        let seller = pool::listing(world, n).seller;
        let offer = pool::offer_id(n * pool::OFFERS + n % pool::OFFERS);
        let _ = writeln!(text, "{offer}\t{}\t{}", world.user(seller), token(seller));
    }
    text
}

/// Everything loaded is older than what measurements make. The people of `offerable.tsv` have no thread about what they
/// make an offer for, so that the threads go too.
fn offer_reset() -> String {
    format!(
        "-- Takes back the offers that a measurement made, with their threads. Harmless when there are none.\n\
         BEGIN;\n\
         CREATE TEMPORARY TABLE made ON COMMIT DROP AS SELECT id FROM offers WHERE created_at > '{NEWEST}';\n\
         CREATE TEMPORARY TABLE opened ON COMMIT DROP AS SELECT id FROM conversations WHERE created_at > '{NEWEST}';\n\
         DELETE FROM transactions WHERE offer_id IN (SELECT id FROM made);\n\
         DELETE FROM messages WHERE conversation_id IN (SELECT id FROM opened);\n\
         DELETE FROM offers WHERE id IN (SELECT id FROM made);\n\
         DELETE FROM conversations WHERE id IN (SELECT id FROM opened);\n\
         COMMIT;\n\
         VACUUM transactions, messages, offers, conversations;\n"
    )
}

/// The pool's people are older than everybody, and do nothing else.
fn accept_reset() -> String {
    let newest = Id::least(POOL);
    let never = NEWEST.after(3_650.0);
    format!(
        "-- Brings the pool back: every listing available, every offer pending, nothing said but the offers. Harmless when\n\
         -- nothing was accepted.\n\
         BEGIN;\n\
         DELETE FROM transactions WHERE seller_id < '{newest}';\n\
         CREATE TEMPORARY TABLE touched ON COMMIT DROP AS\n\
         SELECT id FROM conversations WHERE seller_id < '{newest}' AND last_seq > 1;\n\
         DELETE FROM messages USING touched WHERE conversation_id = touched.id AND seq > 1;\n\
         UPDATE conversations SET last_seq = 1, last_message_id = messages.id, last_message_at = messages.created_at,\n\
         \x20   buyer_last_read_seq = 1, seller_last_read_seq = 0, buyer_archived_at = NULL, seller_archived_at = NULL,\n\
         \x20   updated_at = messages.created_at\n\
         FROM touched JOIN messages ON messages.conversation_id = touched.id AND messages.seq = 1\n\
         WHERE conversations.id = touched.id;\n\
         UPDATE offers SET status = 'pending', status_reason = NULL, responded_at = NULL, expires_at = '{never}',\n\
         \x20   updated_at = created_at\n\
         WHERE seller_id < '{newest}' AND status <> 'pending';\n\
         UPDATE products SET is_available = TRUE, sold_at = NULL, archived_at = NULL, version = 1,\n\
         \x20   updated_at = created_at\n\
         WHERE seller_id < '{newest}' AND NOT is_available;\n\
         COMMIT;\n\
         VACUUM transactions, messages, offers, conversations, products;\n"
    )
}
