//! The pass: proved ahead, signed anew every 30 seconds, carried by a QR code (protocol section 6).

use crate::codec::{Canonical, DecodeError, Reader, Writer};
use crate::field::{Binding, EpochRoot, Nym, RevocationTag, Scope, digest31};
use crate::itinerary::Itinerary;
use crate::note::Mask;
use crate::policy::{Policy, PolicyRef};
use crate::scope::ScopeIndex;
use crate::signature::{BadSignature, Domain, NetworkId, ProofBytes, PublicKey, Signature};
use crate::time::{Day, Step};
use ark_bn254::Fr;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What every pass's text starts with.
pub const PREFIX: &str = "LY1:";
/// Bytes of a shown pass before base45.
pub const SHOWN_LEN: usize = 317;
const VERSION: u8 = 1;

/// How a pass is carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PassMode {
    /// On a screen; the signature covers one 30-second step.
    Screen,
    /// On paper; the signature covers the whole day, and the mask is always shown.
    Paper,
}

impl PassMode {
    const fn code(self) -> u8 {
        match self {
            Self::Screen => 0,
            Self::Paper => 1,
        }
    }
}

/// The code that a gate displays, changing with time; 0 where none is demanded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct GateCode(pub u32);

/// What is proved: everything but the show-time part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pass {
    /// Screen or paper.
    pub mode: PassMode,
    /// Number of the epoch root.
    pub epoch: u32,
    /// The policy that it proves.
    pub policy: PolicyRef,
    /// The risk list that it avoids.
    pub risk: u32,
    /// The day it is for.
    pub day: Day,
    /// The scope it is for.
    pub scope: ScopeIndex,
    /// The holder's name in that scope.
    pub nym: Nym,
    /// By which a live notice is recognised.
    pub rtag: RevocationTag,
    /// The mask, or zero.
    pub mask: Mask,
    /// Signs the show-time part.
    pub ephemeral: PublicKey,
    /// The statement's proof.
    pub proof: ProofBytes,
}

/// The public inputs of the pass statement that the pass itself does not carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PassContext<'a> {
    /// The root of the pass's epoch.
    pub root: EpochRoot,
    /// The policy of the pass's reference.
    pub policy: &'a Policy,
    /// The regions of the pass's risk list.
    pub risk: &'a Itinerary,
    /// The scope of the pass's index at this gate.
    pub scope: Scope,
}

impl Pass {
    /// `binding`: the network, the mode and the ephemeral key (clause 5.6 l).
    #[must_use]
    pub fn binding(network: &NetworkId, mode: PassMode, ephemeral: &PublicKey) -> Binding {
        let mut bytes = network.as_bytes().to_vec();
        bytes.push(mode.code());
        bytes.extend_from_slice(ephemeral.as_bytes());
        Binding::from_value(digest31("luyin/v1/binding", &bytes))
    }

    /// The public inputs in the order of clause 5.6.
    #[must_use]
    pub fn public_inputs(&self, network: &NetworkId, context: &PassContext<'_>) -> [Fr; 11] {
        let PassContext {
            root,
            policy,
            risk,
            scope,
        } = context;
        let [r0, r1, r2] = risk.values();
        [
            root.value(),
            policy.predicates.pack(self.day),
            r0,
            r1,
            r2,
            Fr::from(u64::from(self.day.get())),
            scope.value(),
            self.nym.value(),
            self.rtag.value(),
            Fr::from(u64::from(self.mask.bits())),
            Self::binding(network, self.mode, &self.ephemeral).value(),
        ]
    }

    /// What the ephemeral key signs at show time (domain `Show`): all of the pass, step and code.
    #[must_use]
    pub fn show_body(&self, step: Step, code: GateCode) -> Vec<u8> {
        let mut w = Writer::default();
        w.value(self).value(&step).u32(code.0);
        w.finish()
    }

    /// The step that stands on a paper pass: the first of its day.
    #[must_use]
    pub fn paper_step(day: Day) -> Step {
        day.start().step()
    }
}

impl Canonical for Pass {
    fn encode(&self, w: &mut Writer) {
        let Self {
            mode,
            epoch,
            policy,
            risk,
            day,
            scope,
            nym,
            rtag,
            mask,
            ephemeral,
            proof,
        } = self;
        w.u8(VERSION)
            .u8(mode.code())
            .u32(*epoch)
            .value(policy)
            .u32(*risk)
            .value(day)
            .u8(scope.byte());
        w.value(nym)
            .value(rtag)
            .value(mask)
            .value(ephemeral)
            .value(proof);
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let version = r.u8("a pass version")?;
        if version != VERSION {
            return Err(DecodeError::Version(version));
        }
        Ok(Self {
            mode: match r.u8("a pass mode")? {
                0 => PassMode::Screen,
                1 => PassMode::Paper,
                _ => return Err(DecodeError::Invalid("a pass mode")),
            },
            epoch: r.u32("an epoch")?,
            policy: r.value()?,
            risk: r.u32("a risk list")?,
            day: r.value()?,
            scope: ScopeIndex::from_byte(r.u8("a scope")?)
                .ok_or(DecodeError::Invalid("a scope"))?,
            nym: r.value()?,
            rtag: r.value()?,
            mask: r.value()?,
            ephemeral: r.value()?,
            proof: r.value()?,
        })
    }
}

/// A pass as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownPass {
    /// What was proved.
    pub pass: Pass,
    /// The 30-second step of showing; on paper the first step of the day.
    pub step: Step,
    /// The gate's code, or 0.
    pub code: GateCode,
    /// By the ephemeral key over [`Pass::show_body`].
    pub signature: Signature,
}

/// Why a text is no pass.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum PassTextError {
    /// Another kind of code altogether.
    #[error("this is not a Luyin pass")]
    NotOurs,
    /// It starts like one, but its letters are not base45.
    #[error("the code is damaged")]
    Base45,
    /// Its bytes are no pass.
    #[error("the code is damaged: {0}")]
    Bytes(#[from] DecodeError),
}

impl ShownPass {
    /// The text of the QR code: `LY1:` and base45 (RFC 9285).
    #[must_use]
    pub fn to_text(&self) -> String {
        format!("{PREFIX}{}", base45::encode(self.to_vec()))
    }

    /// Reads the text of a QR code; the one canonical spelling alone.
    pub fn from_text(text: &str) -> Result<Self, PassTextError> {
        let body = text.strip_prefix(PREFIX).ok_or(PassTextError::NotOurs)?;
        if body.len() != SHOWN_LEN / 2 * 3 + 2 {
            return Err(PassTextError::Base45);
        }
        let bytes = base45::decode(body).map_err(|_| PassTextError::Base45)?;
        if base45::encode(&bytes) != body {
            return Err(PassTextError::Base45);
        }
        Ok(Self::from_slice(&bytes)?)
    }

    /// Checks the show-time signature.
    pub fn verify_show(&self, network: &NetworkId) -> Result<(), BadSignature> {
        let body = self.pass.show_body(self.step, self.code);
        self.pass
            .ephemeral
            .verify(Domain::Show, network, &body, &self.signature)
    }
}

impl Canonical for ShownPass {
    fn encode(&self, w: &mut Writer) {
        w.value(&self.pass)
            .value(&self.step)
            .u32(self.code.0)
            .value(&self.signature);
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            pass: r.value()?,
            step: r.value()?,
            code: GateCode(r.u32("a gate code")?),
            signature: r.value()?,
        })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::signature::signing_message;
    use ed25519_dalek::{Signer, SigningKey};

    pub(crate) fn sign(
        key: &SigningKey,
        network: &NetworkId,
        pass: Pass,
        step: Step,
        code: GateCode,
    ) -> ShownPass {
        let body = pass.show_body(step, code);
        let signature = key.sign(&signing_message(Domain::Show, network, &body));
        ShownPass {
            pass,
            step,
            code,
            signature: Signature::from_bytes(signature.to_bytes()),
        }
    }

    pub(crate) fn sample(key: &SigningKey) -> Pass {
        Pass {
            mode: PassMode::Screen,
            epoch: 9,
            policy: PolicyRef { id: 1, version: 1 },
            risk: 1,
            day: Day::new(20_000),
            scope: ScopeIndex::Venue,
            nym: Nym::from_value(Fr::from(11u64)),
            rtag: RevocationTag::from_value(Fr::from(12u64)),
            mask: Mask::from_bits(13),
            ephemeral: PublicKey::from_bytes(key.verifying_key().to_bytes()),
            proof: ProofBytes::from_bytes([14; 128]),
        }
    }

    #[test]
    fn a_pass_is_317_bytes_and_its_text_is_alphanumeric() {
        let key = SigningKey::from_bytes(&[1; 32]);
        let network = NetworkId::from_bytes([2; 32]);
        let shown = sign(&key, &network, sample(&key), Step::new(5), GateCode(0));
        assert_eq!(shown.to_vec().len(), SHOWN_LEN);
        let text = shown.to_text();
        assert!(
            text.chars()
                .all(|c| "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:".contains(c))
        );
        assert_eq!(ShownPass::from_text(&text).unwrap(), shown);
        assert!(shown.verify_show(&network).is_ok());
    }

    #[test]
    fn every_changed_byte_is_refused_by_the_decoder_or_the_signature() {
        let key = SigningKey::from_bytes(&[1; 32]);
        let network = NetworkId::from_bytes([2; 32]);
        let bytes = sign(&key, &network, sample(&key), Step::new(5), GateCode(7)).to_vec();
        for i in 0..bytes.len() {
            let mut other = bytes.clone();
            other[i] ^= 1;
            if let Ok(shown) = ShownPass::from_slice(&other) {
                assert!(shown.verify_show(&network).is_err(), "byte {i}");
            }
        }
    }

    #[test]
    fn texts_of_other_systems_and_other_spellings_are_refused() {
        let key = SigningKey::from_bytes(&[1; 32]);
        let text = sign(
            &key,
            &NetworkId::from_bytes([2; 32]),
            sample(&key),
            Step::new(5),
            GateCode(0),
        )
        .to_text();
        for other in [
            "",
            "HC1:6BF",
            "LY1:",
            &text.to_lowercase(),
            &format!("{text}0"),
            &text[..text.len() - 1],
            &text.replace("LY1:", "LY2:"),
            &format!(" {text}"),
        ] {
            assert!(ShownPass::from_text(other).is_err(), "{other}");
        }
    }

    #[test]
    fn a_screen_proof_cannot_be_printed_as_paper() {
        let key = SigningKey::from_bytes(&[1; 32]);
        let network = NetworkId::from_bytes([2; 32]);
        let ephemeral = PublicKey::from_bytes(key.verifying_key().to_bytes());
        assert_ne!(
            Pass::binding(&network, PassMode::Screen, &ephemeral),
            Pass::binding(&network, PassMode::Paper, &ephemeral)
        );
    }
}
