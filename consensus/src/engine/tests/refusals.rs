//! When an engine does not start.

use super::network::{NETWORK, Network, addresses, config, validators};
use super::toy::{Memory, Toy};
use crate::engine::start::wal_path;
use crate::signer::tests::key;
use crate::signer::{Guard, GuardError};
use crate::{Engine, EngineError};
use std::net::TcpListener;

/// Four nodes that have decided something and lie still, or run but for node 0.
fn stopped() -> Network {
    let mut network = Network::start(4);
    network.await_height(&[0, 1, 2, 3], 3);
    network.stop_all();
    network
}

#[test]
fn a_home_without_its_guard_is_refused() {
    let network = stopped();
    std::fs::remove_file(&network.nodes[0].config.guard).unwrap();
    assert!(matches!(
        network.nodes[0].try_begin(),
        Err(EngineError::Guard(GuardError::Absent(_)))
    ));
}

#[test]
fn a_guard_of_another_key_is_refused() {
    let network = stopped();
    let path = &network.nodes[0].config.guard;
    std::fs::remove_file(path).unwrap();
    Guard::create(path, key(1).public(), NETWORK).unwrap();
    assert!(matches!(
        network.nodes[0].try_begin(),
        Err(EngineError::Guard(GuardError::AnotherKey { .. }))
    ));
}

#[test]
fn a_damaged_write_ahead_log_is_refused_and_left_as_it_is() {
    let mut network = Network::start(4);
    network.await_height(&[0, 1, 2, 3], 3);
    // With two gone the height stays open, and the log of it has entries.
    network.stop(2);
    network.stop(3);
    network.settled(0, std::time::Duration::from_secs(2));
    network.stop(0);
    let path = wal_path(&network.nodes[0].config.home);
    let mut bytes = std::fs::read(&path).unwrap();
    assert!(bytes.len() > 60, "there is something to damage");
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&path, &bytes).unwrap();
    for _ in 0..2 {
        let refusal = network.nodes[0].try_begin().unwrap_err();
        assert!(matches!(refusal, EngineError::Wal { .. }), "{refusal}");
        assert!(refusal.to_string().contains("RUNBOOK"), "{refusal}");
        assert_eq!(std::fs::read(&path).unwrap(), bytes);
    }
    // Moved away, as the runbook says, the node listens until the height is over, and then signs.
    std::fs::rename(&path, path.with_extension("damaged")).unwrap();
    network.begin(0);
    assert!(matches!(
        network.engine(0).status().running,
        crate::Running::Observing(_)
    ));
    network.begin(2);
    network.begin(3);
    let height = network.height(0);
    network.await_height(&[0, 1, 2, 3], height + 3);
    network.stop_all();
}

#[test]
fn a_guard_in_the_engines_own_directory_is_refused() {
    let root = tempfile::tempdir().unwrap();
    let mut config = config(root.path(), 0, &addresses(1));
    config.guard = config.home.join("guard");
    let app = Toy(Memory::new(validators(1)));
    let refusal = Engine::start(config, Box::new(key(0)), app);
    assert!(matches!(refusal, Err(EngineError::GuardInHome(_))));
}

#[test]
fn one_directory_has_one_engine() {
    let mut network = Network::start(4);
    assert!(matches!(
        network.nodes[0].try_begin(),
        Err(EngineError::Locked(_))
    ));
    network.stop_all();
}

#[test]
fn an_address_that_is_taken_is_refused() {
    let root = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let config = config(root.path(), 0, &[taken.local_addr().unwrap()]);
    let app = Toy(Memory::new(validators(1)));
    let refusal = Engine::start(config, Box::new(key(0)), app);
    assert!(matches!(refusal, Err(EngineError::Listen { .. })));
}
