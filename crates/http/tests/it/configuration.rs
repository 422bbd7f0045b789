//! The settings' page is what the settings say.

use std::{fs, path::Path};

use souk_http::config;

#[test]
fn the_page_on_configuration_is_up_to_date() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let page = config::markdown();
    let committed = fs::read_to_string(root.join("docs/CONFIGURATION.md")).unwrap_or_default();
    if page != committed {
        let fresh = Path::new(env!("CARGO_TARGET_TMPDIR")).join("CONFIGURATION.md");
        fs::write(&fresh, page).unwrap();
        panic!(
            "docs/CONFIGURATION.md is out of date; the new one: cp {} docs/CONFIGURATION.md",
            fresh.display()
        );
    }
}
