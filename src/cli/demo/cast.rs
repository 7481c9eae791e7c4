//! Who is in a demo network: keystores, trustees, founding data. Made once; later starts open what is there.

use super::DemoError;
use crate::cli::genesis::Founding;
use crate::cli::organisation::keep_did;
use crate::cli::say::Say;
use crate::clock::Clock;
use crate::node::directory::{DataDirectory, GENESIS};
use crate::trustee::{PublicInfo, TrusteeData};
use crate::witness::WitnessData;
use luyin_keys::durable_file;
use luyin_keys::keystore::{KeyKind, KeyName, KeystoreFile};
use luyin_keys::sealed::{Passphrase, Secret, Strength};
use luyin_keys::signing::SigningKey;
use luyin_protocol::codec::Canonical as _;
use luyin_protocol::did::{Did, DidDocument};
use luyin_protocol::escrow::TrusteeIndex;
use luyin_protocol::network::{
    Cadence, DEFAULT_TWO_REACH, NetworkMode, NetworkParameters, WitnessInfo,
};
use rand::RngCore as _;
use rand::rngs::OsRng;
use serde::Serialize;
use serde::de::DeserializeOwned;
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

/// How many run the ledger, and how many watch over it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    pub validators: u8,
    pub witnesses: u8,
}

impl std::fmt::Display for Shape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            validators,
            witnesses,
        } = self;
        write!(f, "{validators} nodes and {witnesses} witnesses")
    }
}

/// Everyone.
#[derive(Debug)]
pub struct Cast {
    root: PathBuf,
    pub nodes: Vec<SigningKey>,
    pub proposer: SigningKey,
    pub approver: SigningKey,
    pub players: Vec<Player>,
}

impl Cast {
    /// Opens the cast of a directory, or draws one.
    pub fn open_or_make(
        root: &Path,
        keys: &Path,
        shape: Shape,
        say: Say,
    ) -> Result<Self, DemoError> {
        std::fs::create_dir_all(root)?;
        let root = root.canonicalize()?;
        let secret = passphrase(&root)?;
        let keystores = 14u64
            .saturating_add(u64::from(shape.validators))
            .saturating_add(u64::from(shape.witnesses));
        let progress = say.progress(keystores, "keystores");
        let one = |file: &str, name: &str, kind| {
            let key = signing_key(&root.join(format!("{file}.keys")), name, kind, &secret);
            progress.inc(1);
            key
        };
        let nodes = (1..=shape.validators)
            .map(|place| one(&node_name(place), "node", KeyKind::Node))
            .collect::<Result<Vec<_>, _>>()?;
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
        let mut witnesses = Vec::new();
        for place in 1..=shape.witnesses {
            witnesses.push(witness(&root, place, &secret)?);
            progress.inc(1);
        }
        progress.finish_and_clear();
        let cast = Self {
            root,
            nodes,
            proposer,
            approver,
            players,
        };
        // The first node's directory is founded last: it says that all are.
        if !cast.node_data(1).join(GENESIS).exists() {
            cast.found(trustees, witnesses, keys)?;
        }
        cast.check(shape)?;
        Ok(cast)
    }

    /// The founding data that are there may be of another shape.
    fn check(&self, shape: Shape) -> Result<(), DemoError> {
        let parameters = self.parameters()?;
        let count = |n: usize| u8::try_from(n).unwrap_or(u8::MAX);
        let found = Shape {
            validators: count(parameters.nodes.len()),
            witnesses: count(parameters.witnesses.len()),
        };
        if found == shape {
            return Ok(());
        }
        Err(DemoError::Shape {
            directory: self.root.clone(),
            found,
            asked: shape,
        })
    }

    fn found(
        &self,
        trustees: Vec<PublicInfo>,
        witnesses: Vec<WitnessInfo>,
        keys: &Path,
    ) -> Result<(), DemoError> {
        let founding = Founding {
            origin: "luyin.example/demo".to_owned(),
            mode: NetworkMode::Development,
            cadence: Cadence::demo(),
            proposers: vec![self.proposer.public()],
            approvers: vec![self.approver.public()],
            reviewers: vec![],
            two_reach: DEFAULT_TWO_REACH,
            nodes: self.nodes.iter().map(SigningKey::public).collect(),
            // Half of them: the network goes on without one.
            witnesses_needed: u8::try_from(witnesses.len().div_ceil(2)).unwrap_or(u8::MAX),
            witnesses,
            trustees,
        };
        let parameters = founding.parameters(keys)?;
        for place in self.places().rev() {
            let data = self.node_data(place);
            if !data.join(GENESIS).exists() {
                DataDirectory::found(&data, &parameters)?;
            }
        }
        Ok(())
    }

    /// The founding data.
    pub fn parameters(&self) -> Result<NetworkParameters, DemoError> {
        let bytes = std::fs::read(self.node_data(1).join(GENESIS))?;
        Ok(NetworkParameters::from_slice(&bytes)?)
    }

    /// The nodes' numbers, from 1.
    pub fn places(&self) -> std::ops::RangeInclusive<u8> {
        1..=u8::try_from(self.nodes.len()).unwrap_or(u8::MAX)
    }

    /// The directory of everything.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A node's data directory.
    pub fn node_data(&self, place: u8) -> PathBuf {
        self.root.join(node_name(place))
    }

    /// A node's keystore.
    pub fn node_keystore(&self, place: u8) -> PathBuf {
        self.root.join(format!("{}.keys", node_name(place)))
    }

    /// A node's configuration.
    pub fn node_config(&self, place: u8) -> PathBuf {
        self.root.join(format!("{}.toml", node_name(place)))
    }

    /// A node's guard against signing twice: beside its key.
    pub fn node_guard(&self, place: u8) -> PathBuf {
        self.root.join(format!("{}.guard", node_name(place)))
    }

    /// A witness's data directory.
    pub fn witness_data(&self, place: u8) -> PathBuf {
        witness_data(&self.root, place)
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

/// The first is "node", whether there are others or not.
fn node_name(place: u8) -> String {
    match place {
        1 => "node".to_owned(),
        place => format!("node-{place}"),
    }
}

fn witness_data(root: &Path, place: u8) -> PathBuf {
    root.join(format!("witness-{place}"))
}

/// A witness's card, kept beside its data like a trustee's.
fn witness(root: &Path, place: u8, secret: &Secret) -> Result<WitnessInfo, DemoError> {
    let directory = witness_data(root, place);
    let name = format!("witness.example/{place}");
    made_once(
        &root.join(format!("witness-{place}.json")),
        &directory,
        || {
            let now = Clock::System.now();
            let data = WitnessData::at(&directory);
            Ok(data.init(&name, secret.clone(), Strength::PRODUCTION, now)?)
        },
    )
}

/// What a party printed about itself when it was made. Without that it never came into any founding data, and is made anew.
fn made_once<T: Serialize + DeserializeOwned>(
    card: &Path,
    directory: &Path,
    make: impl FnOnce() -> Result<T, DemoError>,
) -> Result<T, DemoError> {
    if card.exists() {
        let text = std::fs::read(card)?;
        return serde_json::from_slice(&text).map_err(|e| std::io::Error::other(e).into());
    }
    if directory.exists() {
        std::fs::remove_dir_all(directory)?;
    }
    let info = make()?;
    let text = serde_json::to_vec_pretty(&info).map_err(std::io::Error::other)?;
    durable_file::create(card, &text)?;
    Ok(info)
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
    let directory = trustee_data(root, index);
    let name = NAMES.get(index.position()).copied();
    made_once(
        &root.join(format!("trustee-{index}.json")),
        &directory,
        || {
            let now = Clock::System.now();
            let data = TrusteeData::at(&directory);
            let name = name.unwrap_or("Demo trustee");
            Ok(data.init(index, name, secret.clone(), Strength::PRODUCTION, now)?)
        },
    )
}
