//! A token of SoftHSM. Its library reads where its tokens are from the environment, so each test runs itself again as a process
//! that has it.

use super::{TokenPlace, TokenSigner, public_key};
use crate::signer::tests::{NETWORK, key, vote};
use crate::signer::{Guard, GuardedSigner, VoteSigner as _};
use crate::{Address, ValueId};
use luyin_protocol::codec::Canonical as _;
use luyin_protocol::signature::Domain;
use malachitebft_core_types::{NilOrVal, VoteType};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

const MODULE: &str = "/usr/lib/softhsm/libsofthsm2.so";
const CONFIGURATION: &str = "SOFTHSM2_CONF";
const INSIDE: &str = "LUYIN_TOKEN_TEST";
const PIN: &str = "5678";

/// Whether this is the process with a token; else one is made and the test runs in such a process. A machine without SoftHSM
/// says so.
fn has_token(test: &str) -> bool {
    if std::env::var(INSIDE).is_ok() {
        return true;
    }
    if !Path::new(MODULE).exists() {
        println!("skipped: no {MODULE} (Debian package softhsm2)");
        return false;
    }
    let folder = tempfile::tempdir().unwrap();
    let configuration = folder.path().join("softhsm2.conf");
    let tokens = format!("directories.tokendir = {}\n", folder.path().display());
    std::fs::write(&configuration, tokens).unwrap();
    let make = [
        "--init-token",
        "--free",
        "--label",
        "luyin",
        "--so-pin",
        "1234",
        "--pin",
        PIN,
    ];
    let made = Command::new("softhsm2-util")
        .args(make)
        .env(CONFIGURATION, &configuration)
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    let name = format!("signer::token::tests::{test}");
    let again = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &name, "--nocapture"])
        .env(CONFIGURATION, &configuration)
        .env(INSIDE, "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&again.stdout);
    assert!(
        again.status.success() && said.contains("1 passed"),
        "{again:?}"
    );
    false
}

fn place(key: &str) -> TokenPlace {
    TokenPlace {
        module: MODULE.into(),
        token: "luyin".to_owned(),
        key: key.to_owned(),
    }
}

/// Makes a key in the token, as an operator's tools do.
fn make_key(label: &str) {
    use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
    use cryptoki::mechanism::Mechanism;
    use cryptoki::object::Attribute;
    use cryptoki::session::UserType;
    let library = Pkcs11::new(MODULE).unwrap();
    let _ = library.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK));
    let slot = library.get_slots_with_initialized_token().unwrap()[0];
    let session = library.open_rw_session(slot).unwrap();
    session
        .login(UserType::User, Some(&PIN.to_owned().into()))
        .unwrap();
    let label = Attribute::Label(label.as_bytes().to_vec());
    // The printable string "edwards25519" in DER.
    let curve = [&[0x13, 0x0c], b"edwards25519".as_slice()].concat();
    let public = [
        Attribute::Token(true),
        Attribute::Private(false),
        Attribute::Verify(true),
        Attribute::EcParams(curve),
        label.clone(),
    ];
    let private = [
        Attribute::Token(true),
        Attribute::Private(true),
        Attribute::Sensitive(true),
        Attribute::Extractable(false),
        Attribute::Sign(true),
        label,
    ];
    let pair = Mechanism::EccEdwardsKeyPairGen;
    session.generate_key_pair(&pair, &public, &private).unwrap();
}

#[test]
fn a_key_in_a_token_votes_behind_the_guard_and_cannot_be_made_to_vote_twice() {
    if !has_token("a_key_in_a_token_votes_behind_the_guard_and_cannot_be_made_to_vote_twice") {
        return;
    }
    make_key("validator");
    let signer = TokenSigner::open(place("validator"), PIN.to_owned()).unwrap();
    let public = signer.public();
    let dir = tempfile::tempdir().unwrap();
    let guard = Guard::create(&dir.path().join("guard"), public, NETWORK).unwrap();
    let signer = GuardedSigner::new(Arc::new(signer), guard, NETWORK);
    let value = NilOrVal::Val(ValueId::of(b"one"));
    let first = signer.vote(vote(VoteType::Precommit, value)).unwrap();
    assert_eq!(first.message.validator, Address::of(public));
    let bytes = first.message.to_vec();
    public
        .verify(Domain::ConsensusVote, &NETWORK, &bytes, &first.signature)
        .unwrap();
    let second = signer
        .vote(vote(VoteType::Precommit, NilOrVal::Nil))
        .unwrap();
    assert_eq!(first, second);
}

#[test]
fn a_session_that_was_lost_is_opened_again() {
    if !has_token("a_session_that_was_lost_is_opened_again") {
        return;
    }
    make_key("validator");
    let signer = TokenSigner::open(place("validator"), PIN.to_owned()).unwrap();
    let before = signer.sign(b"message").unwrap();
    let library = cryptoki::context::Pkcs11::new(MODULE).unwrap();
    library.finalize().unwrap();
    assert_eq!(signer.sign(b"message"), Ok(before));
}

#[test]
fn a_missing_token_and_a_key_that_is_not_one_are_refused() {
    if !has_token("a_missing_token_and_a_key_that_is_not_one_are_refused") {
        return;
    }
    make_key("twice");
    make_key("twice");
    let open = |place, pin: &str| TokenSigner::open(place, pin.to_owned()).map(|_| ());
    let why = |refused: Result<(), _>| format!("{}", refused.unwrap_err());
    assert!(why(open(place("twice"), PIN)).contains("2 Edwards keys"));
    assert!(why(open(place("none"), PIN)).contains("0 Edwards keys"));
    let elsewhere = TokenPlace {
        token: "another".to_owned(),
        ..place("twice")
    };
    assert!(why(open(elsewhere, PIN)).contains("no token"));
    let absent = TokenPlace {
        module: "/no/such/library.so".into(),
        ..place("twice")
    };
    assert!(open(absent, PIN).is_err());
}

#[test]
fn a_wrong_pin_opens_nothing() {
    if !has_token("a_wrong_pin_opens_nothing") {
        return;
    }
    make_key("validator");
    let refused = TokenSigner::open(place("validator"), "0000".to_owned());
    assert!(refused.unwrap_err().to_string().contains("PIN"));
}

#[test]
fn a_point_is_read_bare_and_in_der() {
    let public = key(1).public();
    let der = [&[0x04, 0x20], public.as_bytes().as_slice()].concat();
    assert_eq!(public_key(&der), Some(public));
    assert_eq!(public_key(public.as_bytes()), Some(public));
    assert_eq!(public_key(&[0; 32]), None);
    assert_eq!(public_key(&der[..33]), None);
}
