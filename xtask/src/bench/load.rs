//! `cargo xtask bench load`: the data, through `COPY`.
//!
//! Foreign keys and secondary indexes are taken off first and put back afterwards, which checks every row at once instead
//! of one by one; other constraints and triggers are on all the time, but for the triggers of listings. What those would
//! have kept up to date is made in one go, as the migration that brought them does.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use clap::Args;

use super::copy::Copy;
use super::data::{self, World};
use super::files;
use crate::db::{self, Choice, Database, Purpose};
use crate::souk::{self, Profile};
use crate::{process, ui, workspace};

/// The arguments of `bench load`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// So many times ten thousand people, a hundred thousand listings, forty thousand threads
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=50))]
    pub(super) scale: u32,
    /// Into this empty database, which is made if it is missing; without it, into one on a server of our own
    #[arg(long, value_name = "URL")]
    pub(super) database: Option<String>,
    /// Empty the database named by --database first
    #[arg(long, requires = "database")]
    pub(super) replace: bool,
    /// Where the files for load generators go; without it, into the target folder
    #[arg(long, value_name = "FOLDER")]
    pub(super) out: Option<PathBuf>,
    /// This `souk` migrates and signs tokens, instead of one that is built now
    #[arg(long, value_name = "FILE")]
    pub(super) binary: Option<PathBuf>,
}

/// A database with data, and where its files are.
pub(super) struct Loaded {
    pub(super) database: Database,
    pub(super) folder: PathBuf,
}

/// Loads, and says where everything is.
pub(crate) fn run(choice: Option<Choice>, options: &Options) -> Result<()> {
    let binary = match &options.binary {
        Some(binary) => binary.clone(),
        None => souk::build(Profile::Dev)?,
    };
    let loaded = load(choice, options, &binary)?;
    loaded.database.keep()?;
    ui::answer(format!("database  {}", db::url::masked(loaded.database.url())));
    ui::answer(format!("files     {}", loaded.folder.display()));
    Ok(())
}

/// Loads.
pub(super) fn load(choice: Option<Choice>, options: &Options, binary: &std::path::Path) -> Result<Loaded> {
    let started = Instant::now();
    let scale = options.scale;
    let database = empty_database(choice, options)?;
    souk::migrate(binary, database.url())?;
    let step = ui::step(&format!("deciding about everything, at scale {scale}"));
    let world = World::new(scale);
    step.done();
    fill(&database, &world)?;
    let step = ui::step("`souk audit`: whether all of it is as the product would have made it");
    process::run_quietly(souk::command(binary, database.url())?.arg("audit"), || ())?;
    step.done();
    let folder = match &options.out {
        Some(folder) => folder.clone(),
        None => folder_of(&name(scale))?,
    };
    files::write(&world, &database, binary, &folder)?;
    ui::note(&format!("loaded at scale {scale} in {}", ui::seconds(started.elapsed())));
    Ok(Loaded { database, folder })
}

/// The database of a scale on a server of our own.
pub(super) fn name(scale: u32) -> String {
    format!("souk_bench_{scale}")
}

/// Where the files of a database of ours are.
pub(super) fn folder_of(name: &str) -> Result<PathBuf> {
    Ok(workspace::target_dir()?.join("bench").join(name))
}

fn empty_database(choice: Option<Choice>, options: &Options) -> Result<Database> {
    let Some(url) = &options.database else {
        let name = name(options.scale);
        let server = db::open(choice, Purpose::Bench)?;
        server.remove(&name)?;
        server.create(&name)?;
        return server.into(&name);
    };
    let database = db::at(url)?;
    let name = db::url::name(url)?.to_owned();
    if options.replace {
        database.remove(&name)?;
        database.create(&name)?;
    } else if database
        .ask("SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tablename = 'users'")?
        != "0"
        && database.ask("SELECT count(*) FROM (SELECT FROM users LIMIT 1) one")? != "0"
    {
        bail!("the database `{name}` holds data; if it may go, say --replace");
    }
    Ok(database)
}

/// Fills all tables.
fn fill(database: &Database, world: &World) -> Result<()> {
    let tables = data::tables(&world.sizes);
    let mut names: Vec<_> = tables.iter().map(|table| table.name).collect();
    names.sort_unstable();
    names.dedup();
    let put_back = take_off(database, &names)?;
    sql(database, &["ALTER TABLE products DISABLE TRIGGER USER"])?;
    for table in &tables {
        let step = ui::step(&format!("{} of {}", table.name, table.things));
        let mut copy = Copy::begin(database.command()?, table.name, table.columns)?;
        let mut bar = ui::Bar::new(table.name, u64::from(table.things));
        table.fill(world, &mut copy, |done| bar.at(u64::from(done)))?;
        copy.finish().with_context(|| format!("while filling {}", table.name))?;
        bar.clear();
        step.done();
    }
    let step = ui::step("indexes and foreign keys, which check every row");
    let mut bar = ui::Bar::new("indexes and keys", u64::try_from(put_back.len()).unwrap_or(u64::MAX));
    for (statement, done) in put_back.iter().zip(0..) {
        process::check_interrupt()?;
        bar.at(done);
        sql(database, &["SET maintenance_work_mem = '512MB'", statement])?;
    }
    bar.clear();
    step.done();
    let step = ui::step("what triggers keep, statistics, vacuum");
    sql(database, &["ALTER TABLE products ENABLE TRIGGER USER"])?;
    count_cells(database)?;
    sql(database, &["VACUUM (ANALYZE)"])?;
    // Only a superuser may; without it the first run pays for the writing.
    let _allowed_or_not = sql(database, &["CHECKPOINT"]);
    step.done();
    Ok(())
}

/// Takes off foreign keys and what indexes no constraint needs; gives the statements that put them back, indexes first.
fn take_off(database: &Database, tables: &[&str]) -> Result<Vec<String>> {
    let list = tables.join("', '");
    let pairs = database.ask(&format!(
        "WITH ours AS (SELECT unnest(ARRAY['{list}']::regclass[]) AS id)
         SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname),
             format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)), 2
         FROM pg_constraint WHERE contype = 'f' AND conrelid IN (SELECT id FROM ours)
         UNION ALL
         SELECT format('DROP INDEX %s', indexrelid::regclass), pg_get_indexdef(indexrelid), 1
         FROM pg_index WHERE indrelid IN (SELECT id FROM ours)
             AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
         ORDER BY 3, 2"
    ))?;
    let mut put_back = Vec::new();
    let mut taken = Vec::new();
    for line in pairs.lines() {
        let mut columns = line.split('|');
        let (Some(off), Some(on)) = (columns.next(), columns.next()) else { continue };
        taken.push(off.to_owned());
        put_back.push(on.to_owned());
    }
    // Foreign keys before the indexes that they may lean on.
    taken.reverse();
    sql(database, &taken.iter().map(String::as_str).collect::<Vec<_>>())?;
    Ok(put_back)
}

/// What the map shows of listings, counted as the migration that brought it counts; nothing where it is not there.
fn count_cells(database: &Database) -> Result<()> {
    for file in workspace::files_below(&workspace::root().join("migrations"))? {
        if file.ends_with("up.sql") && file.to_string_lossy().contains("_product_cells_filled/") {
            let text = workspace::read(&file)?;
            let mut psql = database.command()?;
            psql.args(["-X", "-q", "-1", "-v", "ON_ERROR_STOP=1", "-c", &text]).stdout(Stdio::null());
            process::read(&mut psql)?;
        }
    }
    Ok(())
}

/// Runs statements one after another, each by itself.
pub(super) fn sql(database: &Database, statements: &[&str]) -> Result<()> {
    let mut psql = database.command()?;
    psql.args(["-X", "-q", "-v", "ON_ERROR_STOP=1"]);
    for statement in statements {
        psql.args(["-c", statement]);
    }
    process::read(&mut psql).map(drop)
}
