//! The migrations as they were when the program was built: their SQL, order and names. No database is needed here.

use std::fmt::Write;

use sha2::{Digest, Sha256};

use super::Direction;

/// A step of the schema, and the way back.
pub(super) struct Migration {
    /// The folder, for example `2026-11-25-080000_extensions`.
    pub(super) name: &'static str,
    pub(super) up: &'static str,
    pub(super) down: &'static str,
    /// Whether all of it happens or nothing.
    pub(super) in_transaction: bool,
}

/// All of them, oldest first; made by `build.rs`.
pub(super) static ALL: &[Migration] = include!(concat!(env!("OUT_DIR"), "/migrations.rs"));

/// Where diesel, whose command line tool reads it too, keeps which migrations were applied.
pub(super) const CREATE_TABLE: &str = "CREATE TABLE IF NOT EXISTS __diesel_schema_migrations (
    version VARCHAR(50) PRIMARY KEY NOT NULL,
    run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
)";

impl Migration {
    /// The digits of its date, which is how the database knows it.
    pub(super) fn version(&self) -> String {
        self.name.chars().take_while(|c| *c != '_').filter(char::is_ascii_digit).collect()
    }

    pub(super) fn sql(&self, direction: Direction) -> &'static str {
        match direction {
            Direction::Up => self.up,
            Direction::Down => self.down,
        }
    }

    /// What its header says after `Why:`, on one line.
    fn purpose(&self) -> String {
        let header = self.up.lines().map_while(|line| line.strip_prefix("--"));
        let why = header.skip_while(|line| !line.starts_with(" Why:")).enumerate();
        let lines = why.take_while(|(position, line)| *position == 0 || line.starts_with("   "));
        let words: Vec<&str> = lines.flat_map(|(_, line)| line.split_whitespace()).skip(1).collect();
        words.join(" ")
    }
}

/// Every migration with what it is for, oldest first.
pub fn list() -> impl Iterator<Item = (&'static str, String)> {
    ALL.iter().map(|migration| (migration.name, migration.purpose()))
}

/// The version of every migration, oldest first, as the database keeps them.
pub(crate) fn versions() -> Vec<String> {
    ALL.iter().map(Migration::version).collect()
}

/// The version of the newest migration, as the database keeps it.
pub fn latest() -> String {
    ALL.last().map(Migration::version).unwrap_or_default()
}

/// Sixteen hexadecimal digits that change with any of the SQL: two programs with the same ones make the same schema.
pub fn fingerprint() -> String {
    let mut hash = Sha256::new();
    for migration in ALL {
        for part in [migration.name, migration.up, migration.down] {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
    }
    hash.finalize().iter().take(8).fold(String::new(), |mut digits, byte| {
        // Writing to a string does not fail.
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}

/// One script that does what migrating all the way does, bookkeeping included: to read, or to hand to somebody who runs
/// it with `psql`. `only` picks versions; without it, all.
pub(super) fn script(direction: Direction, only: Option<&[String]>) -> String {
    let mut script = vec!["\\set ON_ERROR_STOP on\n".to_owned()];
    let mut chosen: Vec<&Migration> = ALL.iter().collect();
    match direction {
        Direction::Up => script.push(format!("\n{CREATE_TABLE};\n")),
        Direction::Down => chosen.reverse(),
    }
    for migration in chosen {
        let version = migration.version();
        if only.is_some_and(|only| !only.contains(&version)) {
            continue;
        }
        let note = match direction {
            Direction::Up => {
                format!("INSERT INTO __diesel_schema_migrations (version) VALUES ('{version}');")
            }
            Direction::Down => format!("DELETE FROM __diesel_schema_migrations WHERE version = '{version}';"),
        };
        let (begin, commit) = if migration.in_transaction { ("BEGIN;\n", "COMMIT;\n") } else { ("", "") };
        let name = migration.name;
        let sql = migration.sql(direction).trim_end();
        script.push(format!("\n-- {name}\n{begin}{sql}\n{note}\n{commit}"));
    }
    script.concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_migration_says_why_it_is_what_it_locks_and_what_the_running_version_sees() {
        for migration in ALL {
            let name = migration.name;
            for part in ["-- Why: ", "-- Lock: ", "-- Running version: "] {
                assert!(migration.up.contains(part), "{name}/up.sql has no \"{part}\"");
            }
            assert!(migration.up.starts_with("-- Why: "), "{name}/up.sql must open with why");
            assert!(!migration.purpose().is_empty() && !migration.purpose().contains("--"), "{name}");
            assert!(migration.down.contains("-- Loses: "), "{name}/down.sql does not say what is lost");
        }
    }

    #[test]
    fn no_migration_waits_long_for_a_lock() {
        for migration in ALL {
            for sql in [migration.up, migration.down] {
                let is_bounded = sql.contains("lock_timeout = '2s'");
                // A statement that cannot run in a transaction cannot run beside another one either. It waits for
                // everybody before it, and nobody waits for it.
                let is_one = sql.matches(';').count() == 1 && sql.contains("INDEX CONCURRENTLY");
                assert!(if migration.in_transaction { is_bounded } else { is_one }, "{}", migration.name);
            }
        }
    }

    #[test]
    fn versions_are_dates_in_order() {
        let versions: Vec<String> = ALL.iter().map(Migration::version).collect();
        assert!(versions.is_sorted() && !versions.is_empty());
        assert!(versions.iter().all(|version| version.len() == 14));
        assert_eq!(Some(&latest()), versions.last());
    }

    #[test]
    fn a_purpose_is_the_whole_paragraph_after_why_and_nothing_more() {
        let up = "-- Why: one row\n--      per attempt.\n-- Lock: none.\nSELECT 1;";
        let migration = Migration { name: "2026-01-01-000000_x", up, down: "", in_transaction: true };
        assert_eq!(migration.purpose(), "one row per attempt.");
    }

    #[test]
    fn a_script_goes_up_in_order_and_down_backwards() {
        let (up, down) = (script(Direction::Up, None), script(Direction::Down, None));
        let first = ALL.first().unwrap().name;
        let last = ALL.last().unwrap().name;
        assert!(up.find(first) < up.find(last) && down.find(last) < down.find(first));
        assert_eq!(up.matches("\nBEGIN;").count(), up.matches("\nCOMMIT;").count());
        let one = script(Direction::Up, Some(&[latest()]));
        assert!(one.contains(last) && !one.contains(first));
    }
}
