//! Who is in a demo network: keystores, trustees, founding data. Made once; later starts open what is there.

use super::DemoError;
use crate::cli::genesis::Founding;
use crate::cli::organisation::keep_did;
use crate::cli::say::Say;
use crate::clock::Clock;
use crate::node::directory::{DataDirectory, GENESIS};
use crate::trustee::{PublicInfo, TrusteeData};
use luyin_keys::durable_file;
use luyin_keys::keystore::{KeyKind, KeyName, KeystoreFile};
use luyin_keys::sealed::{Passphrase, Secret, Strength};
use luyin_keys::signing::SigningKey;
use luyin_protocol::did::{Did, DidDocument};
use luyin_protocol::escrow::TrusteeIndex;
use luyin_protocol::network::{Cadence, DEFAULT_TWO_REACH, NetworkMode};
use rand::RngCore as _;
use rand::rngs::OsRng;
use std::path::{Path, PathBuf};

/// An organisation of the demo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Member {
    Registrar,
    Laboratory,
    Operator,
    Thermometer,
    Employer,
    Gate,
    Regulator,
}

impl Member {
    pub const ALL: [Self; 7] = [
        Self::Registrar,
        Self::Laboratory,
        Self::Operator,
        Self::Thermometer,
        Self::Employer,
        Self::Gate,
        Self::Regulator,
    ];

    /// Name of its keystore's file.
    pub const fn file(self) -> &'static str {
        match self {
            Self::Registrar => "registrar",
            Self::Laboratory => "laboratory",
            Self::Operator => "operator",
            Self::Thermometer => "thermometer",
            Self::Employer => "employer",
            Self::Gate => "gate",
            Self::Regulator => "regulator",
        }
    }

    /// Name of the key in it, as the commands of its role expect it, and its kind.
    const fn key(self) -> (&'static str, KeyKind) {
        match self {
            Self::Registrar => ("registrar", KeyKind::Registrar),
            Self::Laboratory | Self::Operator | Self::Thermometer => {
                ("attester", KeyKind::Attester)
            }
            Self::Employer => ("organisation", KeyKind::Organisation),
            Self::Gate => ("gate", KeyKind::Gate),
            Self::Regulator => ("regulator", KeyKind::Regulator),
        }
    }
}

/// A member with its key and identifier.
#[derive(Clone, Debug)]
pub struct Player {
    pub member: Member,
    pub key: SigningKey,
    pub document: DidDocument,
    pub did: Did,
}

/// Everyone.
#[derive(Debug)]
pub struct Cast {
    root: PathBuf,
    pub node: SigningKey,
    pub proposer: SigningKey,
    pub approver: SigningKey,
    pub players: Vec<Player>,
}

impl Cast {
    /// Opens the cast of a directory, or draws one.
    pub fn open_or_make(root: &Path, keys: &Path, say: Say) -> Result<Self, DemoError> {
        std::fs::create_dir_all(root)?;
        let root = root.canonicalize()?;
        let secret = passphrase(&root)?;
        let progress = say.progress(15, "keystores");
        let one = |file: &str, name: &str, kind| {
            let key = signing_key(&root.join(format!("{file}.keys")), name, kind, &secret);
            progress.inc(1);
            key
        };
        let node = one("node", "node", KeyKind::Node)?;
        let proposer = one("proposer", "proposer", KeyKind::GovernanceProposer)?;
        let approver = one("approver", "approver", KeyKind::GovernanceApprover)?;
        let mut players = Vec::new();
        for member in Member::ALL {
            let (name, kind) = member.key();
            let key = one(member.file(), name, kind)?;
            let document = DidDocument::new(vec![key.public()], Vec::new())?;
            let did = Did::of(&document);
            keep_did(&root.join(format!("{}.keys", member.file())), &did)?;
            players.push(Player {
                member,
                key,
                document,
                did,
            });
        }
        let mut trustees = Vec::new();
        for index in TrusteeIndex::all() {
            trustees.push(trustee(&root, index, &secret)?);
            progress.inc(1);
        }
        progress.finish_and_clear();
        let cast = Self {
            root,
            node,
            proposer,
            approver,
            players,
        };
        if !cast.node_data().join(GENESIS).exists() {
            cast.found(trustees, keys)?;
        }
        Ok(cast)
    }

    fn found(&self, trustees: Vec<PublicInfo>, keys: &Path) -> Result<(), DemoError> {
        let founding = Founding {
            origin: "luyin.example/demo".to_owned(),
            mode: NetworkMode::Development,
            cadence: Cadence::demo(),
            proposers: vec![self.proposer.public()],
            approvers: vec![self.approver.public()],
            reviewers: vec![],
            two_reach: DEFAULT_TWO_REACH,
            nodes: vec![self.node.public()],
            witnesses: vec![],
            witnesses_needed: 0,
            trustees,
        };
        let parameters = founding.parameters(keys)?;
        Ok(DataDirectory::found(&self.node_data(), &parameters)?)
    }

    /// The directory of everything.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The node's data directory.
    pub fn node_data(&self) -> PathBuf {
        self.root.join("node")
    }

    /// The file with the passphrase of all keystores.
    pub fn passphrase_file(&self) -> PathBuf {
        passphrase_file(&self.root)
    }

    /// A trustee's data directory.
    pub fn trustee_data(&self, index: TrusteeIndex) -> PathBuf {
        trustee_data(&self.root, index)
    }

    /// A member.
    pub fn did(&self, member: Member) -> Option<Did> {
        let found = self.players.iter().find(|p| p.member == member);
        found.map(|p| p.did)
    }
}

fn passphrase_file(root: &Path) -> PathBuf {
    root.join("passphrase")
}

fn trustee_data(root: &Path, index: TrusteeIndex) -> PathBuf {
    root.join(format!("trustee-{index}"))
}

/// The passphrase of all keystores of the demo, drawn once.
fn passphrase(root: &Path) -> Result<Secret, DemoError> {
    let path = passphrase_file(root);
    if !path.exists() {
        let mut bytes = [0u8; 16];
        OsRng.fill_bytes(&mut bytes);
        durable_file::create(&path, format!("{}\n", hex::encode(bytes)).as_bytes())?;
    }
    let text = std::fs::read_to_string(path)?;
    let line = text.lines().next().unwrap_or_default();
    Ok(Secret::Passphrase(Passphrase::new(line)?))
}

fn signing_key(
    path: &Path,
    name: &str,
    kind: KeyKind,
    secret: &Secret,
) -> Result<SigningKey, DemoError> {
    let name = KeyName::new(name)?;
    let keys = if path.exists() {
        KeystoreFile::open(path, secret.clone(), Strength::PRODUCTION)?.1
    } else {
        let file = KeystoreFile::create(path, secret.clone(), Strength::PRODUCTION, &mut OsRng)?;
        let now = Clock::System.now().get() / 1000;
        file.update(&mut OsRng, |keys| {
            keys.generate(name.clone(), kind, now, &mut OsRng)
        })?
        .1
    };
    Ok(SigningKey::from_secret(keys.active(&name, kind)?))
}

/// A trustee's public halves, kept beside its data so that a beginning that was interrupted goes on.
fn trustee(root: &Path, index: TrusteeIndex, secret: &Secret) -> Result<PublicInfo, DemoError> {
    const NAMES: [&str; 5] = [
        "Demo health office",
        "Demo public-security desk",
        "Demo ombudsman",
        "Demo notary",
        "Demo university",
    ];
    let path = root.join(format!("trustee-{index}.json"));
    if path.exists() {
        let text = std::fs::read(&path)?;
        return serde_json::from_slice(&text).map_err(|e| std::io::Error::other(e).into());
    }
    let directory = trustee_data(root, index);
    if directory.exists() {
        // Without its public halves it never came into any founding data.
        std::fs::remove_dir_all(&directory)?;
    }
    let name = NAMES
        .get(index.position())
        .copied()
        .unwrap_or("Demo trustee");
    let now = Clock::System.now();
    let data = TrusteeData::at(&directory);
    let info = data.init(index, name, secret.clone(), Strength::PRODUCTION, now)?;
    let text = serde_json::to_vec_pretty(&info).map_err(std::io::Error::other)?;
    durable_file::create(&path, &text)?;
    Ok(info)
}
