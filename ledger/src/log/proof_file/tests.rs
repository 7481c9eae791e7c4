use super::*;
use crate::log::checkpoint::{Checkpoint, CheckpointSigner, SignedCheckpoint};
use crate::log::merkle::prove_inclusion;
use crate::log::merkle::tests::{entry, head, nodes};
use ed25519_dalek::SigningKey;

const ORIGIN: &str = "luyin.example/log";
const SIZE: u64 = 11;

fn signer() -> CheckpointSigner {
    CheckpointSigner::new(ORIGIN, SigningKey::from_bytes(&[1; 32])).unwrap()
}

fn file(index: u64, extra: Option<&[u8]>) -> ProofFile {
    let checkpoint = Checkpoint::new(ORIGIN, head(SIZE), vec!["block 3".to_owned()]).unwrap();
    let signed = SignedCheckpoint::sign(checkpoint, &[&signer()]).unwrap();
    let index = EntryIndex::new(index);
    ProofFile {
        extra: extra.map(<[u8]>::to_vec),
        index,
        hashes: prove_inclusion(&nodes(SIZE), SIZE, index).unwrap(),
        note: signed.note().to_vec(),
    }
}

#[test]
fn a_proof_comes_back_from_its_text_and_verifies_its_own_entry_at_its_own_place_alone() {
    for index in 0..SIZE {
        for extra in [None, Some(b"why".as_slice()), Some(&[])] {
            let made = file(index, extra);
            let mut read = ProofFile::from_bytes(&made.to_bytes()).unwrap();
            assert_eq!(read, made);
            assert_eq!(read.verify(&entry(index), &head(SIZE)), Ok(()));
            assert!(read.verify(&entry(index + 1), &head(SIZE)).is_err());
            assert!(read.verify(&entry(index), &head(SIZE + 1)).is_err());
            read.index = EntryIndex::new((index + 1) % SIZE);
            assert!(read.verify(&entry(index), &head(SIZE)).is_err());
        }
    }
}

#[test]
fn texts_in_any_other_form_are_refused() {
    let good = String::from_utf8(file(4, Some(b"why")).to_bytes()).unwrap();
    let hash = good.lines().nth(3).unwrap().to_owned();
    for bad in [
        String::new(),
        good.replace("@v1", "@v2"),
        good.replacen("\n\n", "\n", 1),
        good.split("\n\n").next().unwrap().to_owned(),
        good.replace("index 4", "index 04"),
        good.replace("index 4", "index"),
        good.replace("index 4\n", ""),
        good.replace("extra ", "extra  "),
        good.replace("extra ", "extra ="),
        good.replace(&hash, &hash[4..]),
        good.replace(&format!("{hash}\n"), &format!("{hash}\n").repeat(65)),
        format!("\n{good}"),
    ] {
        assert!(ProofFile::from_bytes(bad.as_bytes()).is_err(), "{bad:?}");
    }
    assert!(ProofFile::from_bytes(&vec![b'a'; MAX_FILE + 1]).is_err());
    assert!(ProofFile::from_bytes(&[0xff]).is_err());
}
