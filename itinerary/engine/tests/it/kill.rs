//! The process is killed, as by a machine that goes out of memory.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use luyin_itinerary_engine::generate::Format;

use super::support::{Town, files, month};

fn rounds() -> u32 {
    match std::env::var_os("LUYIN_NIGHTLY") {
        Some(_) => 200,
        None => 12,
    }
}

fn derivation(drop: &Path, state: &Path) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_luyin-itinerary"));
    command.args(["derive", "--now", "2030-01-01T0000", "--drop"]);
    command.arg(drop).arg("--state").arg(state);
    command.stdout(Stdio::null()).spawn().unwrap()
}

#[test]
fn a_process_that_is_killed_at_any_moment_leaves_what_the_next_one_finishes() {
    let town = Town::new();
    town.generate(&month(2, 200, 17), Format::Parquet);
    let (whole, cut) = (town.path("whole"), town.path("cut"));
    let begun = Instant::now();
    assert!(derivation(&town.drop(), &whole).wait().unwrap().success());
    let (took, wanted) = (begun.elapsed(), files(&whole));
    let mut killed = 0;
    for round in 0..rounds() {
        let _ = std::fs::remove_dir_all(&cut);
        let mut process = derivation(&town.drop(), &cut);
        std::thread::sleep(took * round / rounds());
        process.kill().unwrap();
        killed += u32::from(!process.wait().unwrap().success());
        assert!(derivation(&town.drop(), &cut).wait().unwrap().success());
        assert!(files(&cut) == wanted, "round {round}");
    }
    assert!(
        killed > rounds() / 2,
        "{killed} of {} were killed",
        rounds()
    );
}
