//! The pages that the binary carries lie in `web/dist`. Where none were built there is an empty folder, and the node says so at `/`.

const PAGES: &str = "web/dist";

fn main() -> std::io::Result<()> {
    std::fs::create_dir_all(PAGES)?;
    // A debug build reads them when it starts: new pages are no reason to compile it again.
    let embeds = std::env::var("PROFILE").is_ok_and(|profile| profile == "release");
    let watched = if embeds { PAGES } else { "build.rs" };
    println!("cargo::rerun-if-changed={watched}");
    Ok(())
}
