//! What Debian's packages do when installed, and what it takes to run them where they are not.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use super::Architecture;
use crate::{process, workspace};

/// PostGIS ships `postgis-3.control`; the name PostgreSQL looks for is a link that installing makes.
pub(crate) fn link_extensions(root: &Path, major: u32) -> Result<()> {
    let folder = root.join(format!("usr/share/postgresql/{major}/extension"));
    for file in workspace::files_below(&folder)? {
        let Some(name) = file.file_name().and_then(|name| name.to_str()) else { continue };
        let Some(plain) = name.strip_suffix("-3.control") else { continue };
        let link = folder.join(format!("{plain}.control"));
        if !link.exists() {
            symlink(name, &link).with_context(|| format!("cannot link {}", link.display()))?;
        }
    }
    if !folder.join("postgis.control").exists() {
        bail!("the packages hold no PostGIS for PostgreSQL {major}");
    }
    Ok(())
}

/// Fails if PostgreSQL or PostGIS need a library that is not in the root: better now than at the first query.
pub(crate) fn check_libraries(root: &Path, major: u32, architecture: &Architecture) -> Result<()> {
    let home = root.join(format!("usr/lib/postgresql/{major}"));
    for binary in ["bin/postgres", "bin/psql", "bin/pg_dump", "lib/postgis-3.so", "lib/pg_trgm.so"] {
        let mut list = Command::new(loader(root, architecture));
        list.arg("--library-path")
            .arg(library_path(root, major, architecture))
            .arg("--list")
            .arg(home.join(binary));
        let listed = process::read(&mut list)?;
        let missing: Vec<&str> =
            listed.lines().filter(|line| line.contains("not found")).map(str::trim).collect();
        if !missing.is_empty() {
            bail!("{binary} of the private PostgreSQL lacks libraries: {}", missing.join(", "));
        }
    }
    Ok(())
}

/// Moves each program aside and puts a script in its place that starts it through the root's own loader and
/// libraries. `--argv0` is what lets PostgreSQL find its share folder, relative to the script.
///
/// The scripts hold the path at which the root will lie in the end.
pub(crate) fn wrap_programs(
    root: &Path,
    final_root: &Path,
    major: u32,
    architecture: &Architecture,
) -> Result<()> {
    let below = format!("usr/lib/postgresql/{major}");
    let (bin, aside) = (root.join(&below).join("bin"), root.join(&below).join("libexec"));
    workspace::make_dir(&aside)?;
    let home = final_root.join(&below);
    for program in workspace::files_below(&bin)? {
        let name = program.file_name().context("a program without a name")?;
        fs::rename(&program, aside.join(name))
            .with_context(|| format!("cannot move {}", program.display()))?;
        let script = format!(
            "#!/bin/sh\nexport PROJ_DATA={proj} GDAL_DATA={gdal}\nexec {loader} --argv0 {argv0} --library-path {libraries} \
             {program} \"$@\"\n",
            proj = quoted(&final_root.join("usr/share/proj"))?,
            gdal = quoted(&final_root.join("usr/share/gdal"))?,
            loader = quoted(&loader(final_root, architecture))?,
            argv0 = quoted(&home.join("bin").join(name))?,
            libraries = quoted(Path::new(&library_path(final_root, major, architecture)))?,
            program = quoted(&home.join("libexec").join(name))?,
        );
        workspace::write(&program, script)?;
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755))
            .with_context(|| format!("cannot make {} executable", program.display()))?;
    }
    Ok(())
}

fn loader(root: &Path, architecture: &Architecture) -> PathBuf {
    root.join("usr/lib").join(architecture.libraries).join(architecture.loader)
}

fn library_path(root: &Path, major: u32, architecture: &Architecture) -> String {
    let libraries = root.join("usr/lib").join(architecture.libraries);
    let own = root.join(format!("usr/lib/postgresql/{major}/lib"));
    [libraries.clone(), libraries.join("blas"), libraries.join("lapack"), own]
        .map(|path| path.display().to_string())
        .join(":")
}

/// A path as one word of a shell script.
fn quoted(path: &Path) -> Result<String> {
    let text = path.to_str().context("the cache folder's name is not UTF-8")?;
    Ok(format!("'{}'", text.replace('\'', r"'\''")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const X86: Architecture = Architecture { libraries: "x86_64-linux-gnu", loader: "ld-linux-x86-64.so.2" };

    #[test]
    fn extensions_get_the_name_postgresql_looks_for() {
        let temp = tempfile::tempdir().unwrap();
        let folder = temp.path().join("usr/share/postgresql/17/extension");
        fs::create_dir_all(&folder).unwrap();
        assert!(link_extensions(temp.path(), 17).unwrap_err().to_string().contains("no PostGIS"));
        fs::write(folder.join("postgis-3.control"), "default_version = '3.5.2'").unwrap();
        link_extensions(temp.path(), 17).unwrap();
        assert!(fs::read_to_string(folder.join("postgis.control")).unwrap().contains("3.5.2"));
    }

    #[test]
    fn programs_start_through_their_own_loader_even_below_a_folder_with_a_space() {
        let temp = tempfile::tempdir().unwrap();
        let root = temp.path().join("my root");
        let bin = root.join("usr/lib/postgresql/17/bin");
        fs::create_dir_all(&bin).unwrap();
        for name in ["postgres", "psql"] {
            fs::write(bin.join(name), "").unwrap();
        }
        // A loader that says how it was called stands in for the real one.
        let loader = loader(&root, &X86);
        fs::create_dir_all(loader.parent().unwrap()).unwrap();
        fs::write(&loader, "#!/bin/sh\nprintf '%s\\n' \"$@\" \"$PROJ_DATA\"\n").unwrap();
        fs::set_permissions(&loader, fs::Permissions::from_mode(0o755)).unwrap();

        wrap_programs(&root, &root, 17, &X86).unwrap();
        let said = process::read(Command::new(bin.join("psql")).args(["-c", "SELECT 1"])).unwrap();
        let said: Vec<&str> = said.lines().collect();
        assert_eq!(said[1], bin.join("psql").to_str().unwrap());
        assert_eq!(said[4], root.join("usr/lib/postgresql/17/libexec/psql").to_str().unwrap());
        assert_eq!(&said[5..], ["-c", "SELECT 1", root.join("usr/share/proj").to_str().unwrap()]);
    }
}
