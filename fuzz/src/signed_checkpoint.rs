//! Checkpoints as signed notes.

use crate::{Outcome, Seed, Target, checkpoint, law, sample};
use ed25519_dalek::SigningKey;
use luyin_ledger::log::checkpoint::{
    Checkpoint, CheckpointError, CheckpointSigner, SignedCheckpoint, VerifyError,
};
use std::sync::LazyLock;

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "a text is believed whose signature does not hold",
    seeds,
};

static SIGNER: LazyLock<CheckpointSigner> = LazyLock::new(|| signer("luyin.example/seeds", 1));
static MADE: LazyLock<SignedCheckpoint> = LazyLock::new(|| signed(&[&SIGNER]));

fn signer(name: &str, n: u8) -> CheckpointSigner {
    let key = SigningKey::from_bytes(sample::key(n).to_secret().expose());
    CheckpointSigner::new(name, key).expect("a name")
}

fn signed(signers: &[&CheckpointSigner]) -> SignedCheckpoint {
    SignedCheckpoint::sign(checkpoint::sample(&["segments 7"]), signers).expect("a signature")
}

/// Whatever others sign beside the node, its text is the one that it signed.
fn law(data: &[u8], verify: impl Fn(&[u8]) -> Result<Checkpoint, VerifyError>) -> Outcome {
    match verify(data) {
        Err(error) => law::refused(error),
        Ok(checkpoint) => {
            assert_eq!(
                &checkpoint,
                MADE.checkpoint(),
                "a checkpoint that nobody signed"
            );
            Outcome::Accepted
        }
    }
}

fn verified(data: &[u8]) -> Result<Checkpoint, VerifyError> {
    let verified = SignedCheckpoint::verify(data, &[SIGNER.verifier()])?;
    assert_eq!(verified.note(), data);
    Ok(verified.checkpoint().clone())
}

/// Whatever others sign beside the node, its text is the one that it signed.
pub fn check(data: &[u8]) -> Outcome {
    law(data, verified)
}

fn planted(data: &[u8]) -> Outcome {
    law(data, |data| {
        let end = data.windows(2).position(|pair| pair == b"\n\n");
        let text = data.get(..end.map_or(0, |end| end + 1));
        Ok(Checkpoint::from_text(text.ok_or(CheckpointError::Text)?)?)
    })
}

fn seeds() -> Vec<Seed> {
    let witness = signer("witness.example", 60);
    vec![
        ("by-the-node", MADE.note().to_vec()),
        (
            "with-a-witness",
            signed(&[&SIGNER, &witness]).note().to_vec(),
        ),
    ]
}
