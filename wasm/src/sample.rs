//! A pass that any device can prove, to see that its browser can and how long it takes.

use luyin_circuits::curve::Fr;
use luyin_circuits::groth16::{PreparedVk, Proof, ProverKey, prove, verify};
use luyin_circuits::pass::{Demands, Occasion, Pass, Private, Public};
use luyin_circuits::{CircuitName, NOTE_LEVELS, Path, Statement};
use luyin_protocol::field::{Binding, EpochRoot, Scope};
use luyin_protocol::hash::{Tag, hash};
use luyin_protocol::itinerary::Itinerary;
use luyin_protocol::note::{IdentitySecret, Mask, Note, NoteState, RevocationHandle};
use luyin_protocol::time::{Day, Slot};
use rand::rngs::OsRng;
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

const DAY: Day = Day::new(19_500);
const SLOT: Slot = Slot::new(39_000);

/// A statement about a note that nobody has, with a key to prove it.
#[wasm_bindgen]
pub struct PassSample {
    key: ProverKey<Pass>,
    vk: PreparedVk,
    public: Public,
    private: Private,
    proof: Option<Proof>,
}

#[wasm_bindgen]
impl PassSample {
    /// Loads the bytes of a proving key of the pass. The hash of the key is not compared: with a false key the sample's secret may leak, and it is no secret.
    #[wasm_bindgen(constructor)]
    pub fn new(key: &[u8]) -> Result<Self, JsError> {
        let key = ProverKey::<Pass>::from_hash_checked_bytes(key)?;
        let vk = PreparedVk::new(CircuitName::Pass, key.verifying_key())?;
        let (private, root) = private();
        let public = private.public(&occasion(root));
        Ok(Self {
            key,
            vk,
            public,
            private,
            proof: None,
        })
    }

    /// Proves it, keeps the proof for [`Self::verify`] and returns its bytes.
    pub fn prove(&mut self) -> Result<Vec<u8>, JsError> {
        let proof = prove(&self.key, &self.public, &self.private, &mut OsRng)?;
        let bytes = proof.to_bytes().to_vec();
        self.proof = Some(proof);
        Ok(bytes)
    }

    /// Whether there is a proof and it holds.
    #[must_use]
    pub fn verify(&self) -> bool {
        let inputs = Pass::inputs(&self.public);
        self.proof
            .as_ref()
            .is_some_and(|proof| verify(&self.vk, &inputs, proof).is_ok())
    }
}

fn private() -> (Private, EpochRoot) {
    let sk = IdentitySecret::from_value(Fr::from(7u64));
    let rh = RevocationHandle::from_value(Fr::from(8u64));
    let first = Note::first(&sk, rh, Mask::from_bits(9), Day::new(0), SLOT);
    let state = NoteState {
        slot: SLOT,
        ..first.state
    };
    let note = first.successor(&sk, state, Itinerary::default());
    let (path, root) = path_of(note.commitment().value());
    (Private { sk, note, path }, EpochRoot::from_value(root))
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
    fn the_sample_is_proved_and_verified() {
        let key = ProverKey::<Pass>::development(&mut OsRng).unwrap();
        let mut sample = PassSample::new(&key.to_bytes().unwrap()).ok().unwrap();
        assert!(!sample.verify());
        assert_eq!(sample.prove().ok().unwrap().len(), 128);
        assert!(sample.verify());
    }
}
