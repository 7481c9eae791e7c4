//! What a gate remembers of the passes it has seen: a file a day, of lines of 37 bytes.

use crate::{Outcome, Seed, Target, law, sample};
use luyin_device::files::Files;
use luyin_device::gate::{GateError, SeenLog, SharedSeen, Sharing};
use luyin_protocol::codec::{Canonical as _, Reader, Writer};
use luyin_protocol::field::Nym;
use luyin_protocol::gate::Seen as _;
use luyin_protocol::time::Step;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::rc::Rc;

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "a torn last line is left where it is",
    seeds,
};

const LINE: usize = 37;

/// Files in memory; copies show the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct OneFolder {
    files: Rc<RefCell<BTreeMap<String, Vec<u8>>>>,
    /// Whether what is replaced stays as it was: the planted fault.
    stubborn: bool,
}

impl Files for OneFolder {
    fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        Ok(self.files.borrow().get(name).cloned())
    }
    fn replace(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        if !self.stubborn {
            self.files
                .borrow_mut()
                .insert(name.to_owned(), bytes.to_vec());
        }
        Ok(())
    }
    fn create(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.replace(name, bytes)
    }
    fn append(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.files
            .borrow_mut()
            .entry(name.to_owned())
            .or_default()
            .extend_from_slice(bytes);
        Ok(())
    }
    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let moved = self.files.borrow_mut().remove(from).unwrap_or_default();
        self.replace(to, &moved)
    }
    fn remove(&self, name: &str) -> io::Result<()> {
        self.files.borrow_mut().remove(name);
        Ok(())
    }
    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        let below = format!("{folder}/");
        let files = self.files.borrow();
        let names = files.keys().filter_map(|name| name.strip_prefix(&below));
        Ok(names.map(str::to_owned).collect())
    }
}

/// Every whole line is remembered, and nothing but whole lines stays in the file.
fn law(data: &[u8], folder: &OneFolder) -> Outcome {
    let name = format!("seen/{}", sample::DAY);
    folder
        .files
        .borrow_mut()
        .insert(name.clone(), data.to_vec());
    let mut log = match SeenLog::open(folder.clone()) {
        Err(error @ (GateError::Disk(_) | GateError::Bytes(_))) => return law::refused(error),
        other => other.expect("bytes alone can be wrong"),
    };
    let (lines, torn) = data.as_chunks::<LINE>();
    let kept = folder
        .read(&name)
        .expect("memory does not fail")
        .unwrap_or_default();
    assert!(
        kept == lines.as_flattened(),
        "{} bytes of a torn line stay",
        torn.len()
    );
    for line in lines {
        let (step, walk_in, nym) = read(line).expect("the log has read it");
        let shared = SharedSeen::new(&mut log, Sharing::Offline, step);
        assert!(shared.is_replay(nym, step), "a line that is not remembered");
        assert!(
            !walk_in || shared.is_spent(nym),
            "a walk-in that is not remembered"
        );
    }
    Outcome::Accepted
}

fn read(line: &[u8]) -> Option<(Step, bool, Nym)> {
    let mut r = Reader::new(line);
    Some((
        Step::decode(&mut r).ok()?,
        r.flag("a kind").ok()?,
        Nym::decode(&mut r).ok()?,
    ))
}

/// Every whole line is remembered, and nothing but whole lines stays in the file.
pub fn check(data: &[u8]) -> Outcome {
    law(data, &OneFolder::default())
}

fn planted(data: &[u8]) -> Outcome {
    let folder = OneFolder {
        stubborn: true,
        ..OneFolder::default()
    };
    law(data, &folder)
}

fn seeds() -> Vec<Seed> {
    let line = |step: Step, walk_in, n| {
        let mut w = Writer::default();
        w.value(&step)
            .flag(walk_in)
            .value(&Nym::from_value(sample::number(n)));
        w.finish()
    };
    let step = sample::ten().step();
    let two = [line(step, false, 31), line(step, true, 32)].concat();
    let mut bad = two.clone();
    if let Some(kind) = bad.get_mut(4) {
        *kind = 2;
    }
    vec![
        ("two-passes", two),
        ("nothing", vec![]),
        ("not-of-a-known-kind", bad),
    ]
}
