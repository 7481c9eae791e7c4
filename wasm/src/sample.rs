//! Statements that any device can prove, to see that its browser can and how long it takes.

use luyin_circuits::checkin::{Answers, Checkin};
use luyin_circuits::curve::Fr;
use luyin_circuits::groth16::{PROOF_BYTES, PreparedVk, Proof, ProverKey, prove, verify};
use luyin_circuits::pass::{Demands, Occasion, Pass};
use luyin_circuits::{NOTE_LEVELS, Path, Statement, checkin, pass};
use luyin_protocol::field::{Binding, EpochRoot, Scope, SealedHash};
use luyin_protocol::hash::{Tag, hash};
use luyin_protocol::itinerary::Itinerary;
use luyin_protocol::note::{IdentitySecret, Mask, Note, NoteState, RevocationHandle};
use luyin_protocol::policy::Thresholds;
use luyin_protocol::time::{Day, Slot};
use rand::rngs::OsRng;
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

const DAY: Day = Day::new(19_500);
const SLOT: Slot = Slot::new(39_000);
const NEXT_SLOT: Slot = Slot::new(39_001);

/// A pass for a note that nobody has, with a key to prove it.
#[wasm_bindgen]
pub struct PassSample(Sample<Pass>);

/// A check-in from a note that nobody has, with a key to prove it.
#[wasm_bindgen]
pub struct CheckinSample(Sample<Checkin>);

#[wasm_bindgen]
impl PassSample {
    /// Loads the bytes of a proving key of the pass. The hash of the key is not compared: with a false key the sample's secret may leak, and it is no secret.
    #[wasm_bindgen(constructor)]
    pub fn new(key: &[u8]) -> Result<Self, JsError> {
        let Holder {
            sk,
            note,
            path,
            root,
        } = Holder::sample();
        let private = pass::Private { sk, note, path };
        let public = private.public(&occasion(root));
        Ok(Self(Sample::new(key, public, private)?))
    }

    /// Proves it, keeps the proof for [`Self::verify`] and returns its bytes.
    pub fn prove(&mut self) -> Result<Vec<u8>, JsError> {
        self.0.prove()
    }

    /// Whether there is a proof and it holds; it is read from its bytes, as at a gate.
    #[must_use]
    pub fn verify(&self) -> bool {
        self.0.verify()
    }
}

#[wasm_bindgen]
impl CheckinSample {
    /// Loads the bytes of a proving key of the check-in, whose hash is not compared either.
    #[wasm_bindgen(constructor)]
    pub fn new(key: &[u8]) -> Result<Self, JsError> {
        let Holder {
            sk,
            note,
            path,
            root,
        } = Holder::sample();
        let private = checkin::Private {
            sk,
            note,
            path,
            r_new: Fr::from(5u64),
            answers: Answers {
                temperature: 366,
                symptoms: 0,
                contacts: 0,
            },
            scope: Scope::from_value(Fr::from(3u64)),
            salt: Fr::from(6u64),
        };
        let sealed = SealedHash::from_value(Fr::from(4u64));
        let public = private.public(root, NEXT_SLOT, Thresholds::standard(), sealed);
        Ok(Self(Sample::new(key, public, private)?))
    }

    /// Proves it, keeps the proof for [`Self::verify`] and returns its bytes.
    pub fn prove(&mut self) -> Result<Vec<u8>, JsError> {
        self.0.prove()
    }

    /// Whether there is a proof and it holds.
    #[must_use]
    pub fn verify(&self) -> bool {
        self.0.verify()
    }
}

struct Sample<S: Statement> {
    key: ProverKey<S>,
    vk: PreparedVk,
    public: S::Public,
    private: S::Private,
    proof: Option<[u8; PROOF_BYTES]>,
}

impl<S: Statement> Sample<S> {
    fn new(key: &[u8], public: S::Public, private: S::Private) -> Result<Self, JsError> {
        let key = ProverKey::<S>::from_hash_checked_bytes(key)?;
        let vk = PreparedVk::new(S::NAME, key.verifying_key())?;
        Ok(Self {
            key,
            vk,
            public,
            private,
            proof: None,
        })
    }

    fn prove(&mut self) -> Result<Vec<u8>, JsError> {
        let proof = prove(&self.key, &self.public, &self.private, &mut OsRng)?;
        let bytes = proof.to_bytes();
        self.proof = Some(bytes);
        Ok(bytes.to_vec())
    }

    fn verify(&self) -> bool {
        let inputs = S::inputs(&self.public);
        let proof = self.proof.and_then(|bytes| Proof::decode(&bytes).ok());
        proof.is_some_and(|proof| verify(&self.vk, &inputs, &proof).is_ok())
    }
}

/// Who proves: a note under some root.
struct Holder {
    sk: IdentitySecret,
    note: Note,
    path: Path<NOTE_LEVELS>,
    root: EpochRoot,
}

impl Holder {
    fn sample() -> Self {
        let sk = IdentitySecret::from_value(Fr::from(7u64));
        let rh = RevocationHandle::from_value(Fr::from(8u64));
        let first = Note::first(&sk, rh, Mask::from_bits(9), Day::new(0), SLOT);
        let state = NoteState {
            slot: SLOT,
            ..first.state
        };
        let note = first.successor(&sk, state, Itinerary::default());
        let (path, root) = path_of(note.commitment().value());
        Self {
            sk,
            note,
            path,
            root: EpochRoot::from_value(root),
        }
    }
}

/// Some path from a leaf to a root.
fn path_of(leaf: Fr) -> (Path<NOTE_LEVELS>, Fr) {
    let mut current = leaf;
    let mut level = 0u64;
    let children = [(); NOTE_LEVELS].map(|()| {
        level += 1;
        let [a, b, c] = [1, 2, 3].map(|child| Fr::from(10 * level + child));
        let children = [a, current, b, c];
        current = hash(Tag::Tree, &children);
        children
    });
    (Path::new(children), current)
}

fn occasion(root: EpochRoot) -> Occasion {
    Occasion {
        root,
        policy: Demands::default().pack(),
        risk: Itinerary::default(),
        day: DAY,
        scope: Scope::from_value(Fr::from(3u64)),
        binding: Binding::from_value(Fr::from(4u64)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_pass_is_proved_and_verified() {
        let key = ProverKey::<Pass>::development(&mut OsRng).unwrap();
        let mut sample = PassSample::new(&key.to_bytes().unwrap()).ok().unwrap();
        assert!(!sample.verify());
        assert_eq!(sample.prove().ok().unwrap().len(), PROOF_BYTES);
        assert!(sample.verify());
    }

    #[test]
    fn the_sample_check_in_is_proved_and_verified() {
        let key = ProverKey::<Checkin>::development(&mut OsRng).unwrap();
        let mut sample = CheckinSample::new(&key.to_bytes().unwrap()).ok().unwrap();
        assert!(!sample.verify());
        assert_eq!(sample.prove().ok().unwrap().len(), PROOF_BYTES);
        assert!(sample.verify());
    }
}
