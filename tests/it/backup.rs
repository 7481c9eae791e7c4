//! A copy that was taken while the node ran is a node: sound, startable, and it holds what was acknowledged before.

use crate::support::client::Call;
use crate::support::keys;
use crate::support::process::{Running, node_directory, serve};
use crate::support::world::{did_create, genesis, seeded, submission};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

fn start(dir: &Path, node: &str) -> Running {
    Running::start(serve(dir, node, &keys::directory()), &dir.join("log"))
}

fn write(running: &Running, seed: u8) -> u64 {
    let tx = did_create(&genesis().id(), &seeded(seed));
    let answer = Call::post("/v1/dids", &submission(&tx)).send(running.address);
    answer.unwrap().json()["entry"].as_u64().unwrap()
}

/// As the runbook says: the checkpoint first, then everything else.
fn back_up(node: &Path, copy: &Path) {
    let checkpoint = Path::new("chain/log/checkpoint");
    std::fs::create_dir_all(copy.join("chain/log")).unwrap();
    std::fs::copy(node.join(checkpoint), copy.join(checkpoint)).unwrap();
    std::fs::copy(node.join("genesis.bin"), copy.join("genesis.bin")).unwrap();
    copy_new(&node.join("chain"), &copy.join("chain"));
}

fn copy_new(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy_new(&path, &to);
        } else if !to.exists() && path.extension().is_none_or(|e| e != "tmp") {
            // Files below a temporary name may be gone by now.
            std::fs::copy(&path, &to).unwrap();
        }
    }
}

#[test]
fn a_copy_of_a_running_node_is_sound_and_holds_what_was_acknowledged_before() {
    let dir = node_directory(&genesis());
    let running = start(dir.path(), "node");
    let before: Vec<u64> = (0..5).map(|n| write(&running, 200 + n)).collect();

    // Others write while the copy is taken.
    let (done, written) = (AtomicBool::new(false), AtomicU8::new(0));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::SeqCst) && written.load(Ordering::SeqCst) < 100 {
                write(&running, written.fetch_add(1, Ordering::SeqCst));
            }
        });
        back_up(&dir.path().join("node"), &dir.path().join("copy"));
        done.store(true, Ordering::SeqCst);
    });
    running.kill();

    let copy = dir.path().join("copy");
    let verified = Command::new(env!("CARGO_BIN_EXE_luyin"))
        .arg("verify-log")
        .arg(&copy)
        .arg("--keys")
        .arg(keys::directory())
        .output()
        .unwrap();
    assert!(verified.status.success(), "{verified:?}");
    let running = start(dir.path(), "copy");
    for entry in before {
        assert_eq!(running.get(&format!("/v1/entries/{entry}")).status, 200);
    }
    assert!(write(&running, 250) > 0);
}
