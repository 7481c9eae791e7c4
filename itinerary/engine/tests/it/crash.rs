//! The power goes between any two changes of the disk.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use luyin_itinerary_engine::derive::DeriveError;
use luyin_itinerary_engine::generate::Format;
use luyin_itinerary_engine::state::{State, StateError, Unwatched, Watch};

use super::support::{Town, derive, files, is_locked, month, records};

/// Lets so many steps pass and none after.
struct Fuse(AtomicU64);

impl Watch for Fuse {
    fn step(&self) -> io::Result<()> {
        let burnt = self
            .0
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                left.checked_sub(1)
            });
        burnt
            .map(|_| ())
            .map_err(|_| io::Error::other("the power went"))
    }
}

#[test]
fn a_run_that_is_cut_off_between_any_two_writes_is_finished_by_the_next() {
    // Seventeen days, so that old ones are forgotten too; the last delivery supersedes a day.
    let town = Town::new();
    town.generate(&month(2, 12, 17), Format::Csv);
    let early = Town::new();
    for entry in town.drop().read_dir().unwrap() {
        let entry = entry.unwrap();
        if entry.file_name().to_str().unwrap() < "2020-03-04" {
            let to = early.drop().join(entry.file_name());
            std::fs::create_dir(&to).unwrap();
            for file in entry.path().read_dir().unwrap() {
                let file = file.unwrap();
                std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
            }
        }
    }
    early.derive();
    let begin = |state: &std::path::Path| {
        let _ = std::fs::remove_dir_all(state);
        std::fs::create_dir_all(state.join("days")).unwrap();
        for (name, bytes) in files(&early.path("state")) {
            let folder = if name == "manifest.json" { "" } else { "days" };
            std::fs::write(state.join(folder).join(name), bytes).unwrap();
        }
    };
    let (whole, cut) = (town.path("whole"), town.path("cut"));
    begin(&whole);
    derive(&town.drop(), &whole, Arc::new(Unwatched)).unwrap();
    let wanted = files(&whole);

    let mut steps = 0;
    loop {
        begin(&cut);
        let fuse = Arc::new(Fuse(AtomicU64::new(steps)));
        match derive(&town.drop(), &cut, fuse) {
            Ok(_) => break,
            Err(DeriveError::State(StateError::File { .. })) => {}
            Err(other) => panic!("step {steps}: {other}"),
        }
        // Whatever is there is whole.
        records(&State::read(&cut).unwrap());
        derive(&town.drop(), &cut, Arc::new(Unwatched)).unwrap();
        assert_eq!(files(&cut), wanted, "step {steps}");
        steps += 1;
    }
    assert!(steps > 15, "{steps} steps");
    assert_eq!(files(&cut), wanted);
}

#[test]
fn two_runs_do_not_work_in_one_state_at_the_same_time() {
    let town = Town::new();
    town.deliver("2020-03-06T0200", "a.csv", &[]);
    town.derive();
    let held = State::open(&town.path("state"), Arc::new(Unwatched)).unwrap();
    let refused = town
        .try_derive(&town.drop(), Arc::new(Unwatched))
        .unwrap_err();
    assert!(is_locked(&refused), "{refused}");
    assert!(matches!(
        State::read(&town.path("state")),
        Err(StateError::Locked(_))
    ));
    drop(held);
    town.derive();
}
