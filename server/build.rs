//! Makes cargo embed the site anew when it was built anew.

use std::path::Path;

fn main() {
    let site = Path::new("../target/site");
    // A watched path that does not exist would count as changed in every build.
    if let Err(error) = std::fs::create_dir_all(site) {
        println!(
            "cargo::warning=cannot make the folder {}: {error}",
            site.display()
        );
    }
    println!("cargo::rerun-if-changed={}", site.display());
}
