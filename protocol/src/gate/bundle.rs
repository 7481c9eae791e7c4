use crate::codec::{Canonical, DecodeError, Reader, Writer};
use crate::field::EpochRoot;
use crate::network::NetworkParameters;
use crate::policy::Policy;
use crate::risk::RiskList;
use crate::signature::{Domain, NetworkId, PublicKey, Sha256Hash, Signature};
use crate::time::Timestamp;
use crate::tx::Release;

/// The most epoch roots a bundle carries: 48 hours of the demo network's.
pub const MAX_EPOCHS: usize = 12_000;
const MAX_POLICIES: usize = 256;
const MAX_LISTS: usize = 16;
const MAX_RELEASES: usize = 20_000;
const MAX_BUNDLE: usize = 8 << 20;

/// An epoch root by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EpochRef {
    /// Its number.
    pub number: u32,
    /// When it was made.
    pub time: Timestamp,
    /// The root.
    pub root: EpochRoot,
}

impl Canonical for EpochRef {
    fn encode(&self, w: &mut Writer) {
        w.u32(self.number).value(&self.time).value(&self.root);
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            number: r.u32("an epoch")?,
            time: r.value()?,
            root: r.value()?,
        })
    }
}

/// All that a gate needs to decide without a network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GateBundle {
    /// The founding data; its hash is the network.
    pub parameters: NetworkParameters,
    /// When it was made.
    pub issued: Timestamp,
    /// When verdicts turn grey.
    pub expires: Timestamp,
    /// Epoch roots within the window, by rising number.
    pub epochs: Vec<EpochRef>,
    /// Every version of every policy that may count before the expiry.
    pub policies: Vec<Policy>,
    /// Every risk list that may count before the expiry.
    pub risk_lists: Vec<RiskList>,
    /// The values of every live notice for the days up to the expiry, yesterday's too.
    pub releases: Vec<Release>,
}

impl GateBundle {
    /// The network.
    #[must_use]
    pub fn network(&self) -> NetworkId {
        self.parameters.id()
    }

    /// SHA-256 of the pass statement's verifying key.
    #[must_use]
    pub fn pass_key(&self) -> Sha256Hash {
        self.parameters.verifying_keys.pass
    }

    /// An epoch by its number.
    #[must_use]
    pub fn epoch(&self, number: u32) -> Option<&EpochRef> {
        self.epochs
            .binary_search_by_key(&number, |e| e.number)
            .ok()
            .and_then(|i| self.epochs.get(i))
    }

    fn check(&self) -> Result<(), DecodeError> {
        if !self
            .epochs
            .windows(2)
            .all(|w| matches!(w, [a, b] if a.number < b.number))
        {
            return Err(DecodeError::Invalid("epochs by rising number"));
        }
        if self.expires < self.issued {
            return Err(DecodeError::Invalid("a bundle that ends after it begins"));
        }
        Ok(())
    }
}

impl Canonical for GateBundle {
    fn encode(&self, w: &mut Writer) {
        let Self {
            parameters,
            issued,
            expires,
            epochs,
            policies,
            risk_lists,
            releases,
        } = self;
        w.u8(1).value(parameters).value(issued).value(expires);
        w.sequence(epochs)
            .sequence(policies)
            .sequence(risk_lists)
            .sequence(releases);
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let version = r.u8("a bundle version")?;
        if version != 1 {
            return Err(DecodeError::Version(version));
        }
        let bundle = Self {
            parameters: r.value()?,
            issued: r.value()?,
            expires: r.value()?,
            epochs: r.sequence(MAX_EPOCHS, "epochs")?,
            policies: r.sequence(MAX_POLICIES, "policies")?,
            risk_lists: r.sequence(MAX_LISTS, "risk lists")?,
            releases: r.sequence(MAX_RELEASES, "releases")?,
        };
        bundle.check()?;
        Ok(bundle)
    }
}

/// A bundle under a node's signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedBundle {
    bundle: GateBundle,
    signer: PublicKey,
    signature: Signature,
}

impl SignedBundle {
    /// Joins a bundle and the signature that a node made over its bytes (domain `Bundle`).
    #[must_use]
    pub const fn new(bundle: GateBundle, signer: PublicKey, signature: Signature) -> Self {
        Self {
            bundle,
            signer,
            signature,
        }
    }

    /// The bytes of a file: signer, signature, bundle.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut w = Writer::default();
        w.value(&self.signer)
            .value(&self.signature)
            .value(&self.bundle);
        w.finish()
    }

    /// Reads a file and checks it: the network is the one that the gate was set up for, the signer
    /// is one of its nodes, and each release bears three trustees' signatures.
    pub fn verified(bytes: &[u8], network: &NetworkId) -> Result<GateBundle, BundleError> {
        if bytes.len() > MAX_BUNDLE {
            return Err(DecodeError::TooMany {
                what: "bytes",
                count: bytes.len(),
                limit: MAX_BUNDLE,
            }
            .into());
        }
        let mut r = Reader::new(bytes);
        let (signer, signature): (PublicKey, Signature) = (r.value()?, r.value()?);
        let body = r.take(r.remaining(), "a bundle")?;
        let bundle = GateBundle::from_slice(body)?;
        if bundle.network() != *network {
            return Err(BundleError::OtherNetwork);
        }
        if !bundle.parameters.nodes.contains(&signer) {
            return Err(BundleError::UnknownSigner);
        }
        signer
            .verify(Domain::Bundle, network, body, &signature)
            .map_err(|_| BundleError::BadSignature)?;
        for release in &bundle.releases {
            release
                .verify(network, &bundle.parameters)
                .map_err(|_| BundleError::BadRelease)?;
        }
        Ok(bundle)
    }
}

/// Why a bundle is refused.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum BundleError {
    /// Its bytes are no bundle.
    #[error("the bundle's bytes: {0}")]
    Bytes(#[from] DecodeError),
    /// For another network.
    #[error("the bundle is for another network")]
    OtherNetwork,
    /// Signed by a key that is none of the network's nodes.
    #[error("the bundle is signed by an unknown key")]
    UnknownSigner,
    /// The signature does not hold.
    #[error("the bundle's signature does not verify")]
    BadSignature,
    /// A release without three trustees' signatures.
    #[error("the bundle holds a release that three trustees did not sign")]
    BadRelease,
}
