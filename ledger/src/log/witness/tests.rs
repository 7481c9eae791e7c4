use super::*;
use crate::log::checkpoint::{Checkpoint, CheckpointSigner, WitnessSigner};
use crate::log::merkle::prove_consistency;
use crate::log::merkle::tests::{head, nodes};
use ed25519_dalek::SigningKey;

const ORIGIN: &str = "luyin.example/log";

fn signer(seed: u8) -> CheckpointSigner {
    CheckpointSigner::new(ORIGIN, SigningKey::from_bytes(&[seed; 32])).unwrap()
}

fn witness(name: &str, seed: u8) -> WitnessSigner {
    WitnessSigner::new(name, SigningKey::from_bytes(&[seed; 32])).unwrap()
}

fn signed_head(head: TreeHead) -> SignedCheckpoint {
    let checkpoint = Checkpoint::new(ORIGIN, head, vec!["block 3".to_owned()]).unwrap();
    SignedCheckpoint::sign(checkpoint, &[&signer(1)]).unwrap()
}

fn signed(size: u64) -> SignedCheckpoint {
    signed_head(head(size))
}

fn request(old: u64, size: u64) -> AddCheckpoint {
    let proof = prove_consistency(&nodes(size), old, size).unwrap();
    AddCheckpoint::new(old, proof, signed(size).note()).unwrap()
}

fn decided(request: &AddCheckpoint, known: Option<u64>) -> Result<SignedCheckpoint, Refusal> {
    let known = known.map(signed);
    consider(request, &[signer(1).verifier()], known.as_ref())
}

#[test]
fn a_checkpoint_that_extends_the_last_is_taken_from_every_size_to_every_other() {
    for size in 0..12 {
        assert_eq!(decided(&request(0, size), None).unwrap(), signed(size));
        for old in 0..=size {
            let taken = decided(&request(old, size), Some(old)).unwrap();
            assert_eq!(taken.checkpoint().size(), size);
        }
    }
}

#[test]
fn a_request_that_starts_elsewhere_is_told_the_size_that_was_cosigned_last() {
    for known in [None, Some(3), Some(9)] {
        let refused = decided(&request(5, 9), known);
        match (known, refused) {
            (Some(9) | Some(3), Err(Refusal::OtherOld { known: told })) => {
                assert_eq!(Some(told), known);
            }
            (None, Err(Refusal::OtherOld { known: 0 })) => {}
            (_, other) => panic!("{other:?}"),
        }
    }
    // An older checkpoint comes late: the log has not shrunk, and nothing is rolled back.
    let late = decided(&request(3, 5), Some(9));
    assert!(matches!(late, Err(Refusal::OtherOld { known: 9 })));
    let above = AddCheckpoint::new(10, vec![], signed(9).note()).unwrap();
    assert!(matches!(
        decided(&above, Some(10)),
        Err(Refusal::OldAbove { old: 10, size: 9 })
    ));
}

#[test]
fn two_roots_of_one_size_are_a_split_view_whatever_the_request_calls_old() {
    let other = TreeHead::new(9, LogHash::leaf(b"another history"));
    for old in [0, 5, 9] {
        let request = AddCheckpoint::new(old, vec![], signed_head(other).note()).unwrap();
        match decided(&request, Some(9)) {
            Err(Refusal::SplitView { size: 9, other }) => {
                assert_eq!(other.note(), request.note());
            }
            told => panic!("{told:?}"),
        }
    }
}

#[test]
fn a_proof_that_is_wrong_short_long_or_of_another_history_is_refused() {
    let good = request(5, 9);
    let mut wrong = vec![good.proof().to_vec(); 4];
    wrong[0].pop();
    wrong[1].push(LogHash::empty());
    wrong[2][0] = LogHash::empty();
    wrong[3].reverse();
    for proof in wrong {
        let request = AddCheckpoint::new(5, proof, good.note()).unwrap();
        assert!(matches!(
            decided(&request, Some(5)),
            Err(Refusal::Inconsistent)
        ));
    }
    let forked = TreeHead::new(9, LogHash::leaf(b"another history"));
    let proof = good.proof().to_vec();
    let request = AddCheckpoint::new(5, proof, signed_head(forked).note()).unwrap();
    assert!(matches!(
        decided(&request, Some(5)),
        Err(Refusal::Inconsistent)
    ));
    let surplus = AddCheckpoint::new(0, vec![LogHash::empty()], signed(9).note()).unwrap();
    assert!(matches!(
        decided(&surplus, None),
        Err(Refusal::Inconsistent)
    ));
}

#[test]
fn only_the_logs_own_signature_counts() {
    let checkpoint = signed(9).checkpoint().clone();
    let stranger = SignedCheckpoint::sign(checkpoint, &[&signer(2)]).unwrap();
    let request = AddCheckpoint::new(0, vec![], stranger.note()).unwrap();
    assert!(matches!(decided(&request, None), Err(Refusal::Unsigned(_))));
}

#[test]
fn a_body_comes_back_and_has_one_form() {
    let good = request(5, 9);
    let bytes = good.to_bytes();
    assert_eq!(AddCheckpoint::from_bytes(&bytes).unwrap(), good);
    assert_eq!(good.origin(), Some(ORIGIN));
    let text = String::from_utf8(bytes).unwrap();
    let hash = text.lines().nth(1).unwrap().to_owned();
    for bad in [
        String::new(),
        text.replace("old 5", "old 05"),
        text.replace("old 5", "old +5"),
        text.replace("old 5", "new 5"),
        text.replace(&hash, &hash[4..]),
        text.replace(&format!("{hash}\n"), &format!("{hash}\n").repeat(64)),
        text.replacen("\n\n", "\n", 1),
        text.split("\n\n").next().unwrap().to_owned() + "\n\n",
    ] {
        let read = AddCheckpoint::from_bytes(bad.as_bytes());
        assert!(
            read.is_err() || decided(&read.unwrap(), Some(5)).is_err(),
            "{bad:?}"
        );
    }
    assert_eq!(
        AddCheckpoint::from_bytes(&vec![b'a'; MAX_BODY + 1]),
        Err(RequestError::Form)
    );
}

#[test]
fn a_cosignature_is_that_of_the_standard_and_belongs_to_one_text() {
    let one = witness("witness.example/one", 7);
    let two = witness("witness.example/two", 8);
    let keys = [one.verifier().unwrap(), two.verifier().unwrap()];
    let line = one.cosign(&signed(9), 1_679_315_147).unwrap();
    assert!(line.starts_with("\u{2014} witness.example/one "));
    let cosigned = signed(9).joined_by(&line, &keys);
    assert_eq!(cosigned.cosignatures().len(), 1);
    assert_eq!(cosigned.cosignatures()[0].time, 1_679_315_147);
    // Twice the same, or a line over another tree, adds nothing.
    let again = cosigned.clone().joined_by(&line, &keys);
    assert_eq!(again, cosigned);
    let foreign = two.cosign(&signed(8), 1_679_315_147).unwrap();
    assert_eq!(cosigned.clone().joined_by(&foreign, &keys), cosigned);
    let both = cosigned.joined_by(&two.cosign(&signed(9), 5).unwrap(), &keys);
    // Read again by who knows all keys, by who knows the log's alone, and by who knows the witnesses' alone.
    let all = [vec![signer(1).verifier()], keys.to_vec()].concat();
    let read = SignedCheckpoint::verify(both.note(), &all).unwrap();
    assert_eq!(read, both);
    assert_eq!((read.signers().len(), read.cosignatures().len()), (1, 2));
    let own = SignedCheckpoint::verify(both.note(), &all[..1]).unwrap();
    assert!(own.cosignatures().is_empty());
    assert!(SignedCheckpoint::verify(both.note(), &keys).is_err());
    assert!(one.cosign(&signed(9), u64::MAX).is_err());
}

#[test]
fn a_witnesss_key_cannot_sign_for_the_log_nor_a_logs_key_cosign() {
    let key = SigningKey::from_bytes(&[7; 32]);
    let as_log = CheckpointSigner::new("witness.example/one", key.clone()).unwrap();
    let one = WitnessSigner::new("witness.example/one", key).unwrap();
    assert_ne!(
        as_log.verifier().to_text(),
        one.verifier().unwrap().to_text()
    );
    let keys = [one.verifier().unwrap()];
    let checkpoint = signed(9).checkpoint().clone();
    let by_log = SignedCheckpoint::sign(checkpoint, &[&as_log]).unwrap();
    let line = String::from_utf8(by_log.note().to_vec()).unwrap();
    let line = line.rsplit_once("\n\n").unwrap().1;
    assert!(signed(9).joined_by(line, &keys).cosignatures().is_empty());
    for verifier in [as_log.verifier(), one.verifier().unwrap()] {
        let text = verifier.to_text();
        assert_eq!(VerifierKey::from_text(&text).unwrap(), verifier);
        assert!(VerifierKey::from_text(&text[1..]).is_err());
    }
}

#[test]
fn a_changed_time_breaks_a_cosignature() {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    let one = witness("witness.example/one", 7);
    let keys = [one.verifier().unwrap()];
    let line = one.cosign(&signed(9), 1000).unwrap();
    let (head, base64) = line.trim_end().rsplit_once(' ').unwrap();
    let mut bytes = STANDARD.decode(base64).unwrap();
    for byte in 0..bytes.len() {
        bytes[byte] ^= 1;
        let changed = format!("{head} {}\n", STANDARD.encode(&bytes));
        bytes[byte] ^= 1;
        let left = signed(9).joined_by(&changed, &keys);
        assert!(left.cosignatures().is_empty(), "byte {byte}");
    }
}
