//! A network for the bench: keys whose trapdoor it keeps, one enrolled person, one policy, one epoch,
//! and from then on as many distinct check-ins as wanted, each with a simulated proof that verifies.

use super::keys;
use super::node::NODE_KEY;
use crate::node::directory::DataDirectory;
use anyhow::Context;
use ark_bn254::Fr;
use ark_ff::UniformRand;
use luyin_circuits::groth16::simulated::Trapdoor;
use luyin_keys::signing::SigningKey;
use luyin_ledger::chain::{Chain, Parts};
use luyin_ledger::log::checkpoint::CheckpointSigner;
use luyin_ledger::log::disk::RealDisk;
use luyin_ledger::store::SledStore;
use luyin_ledger::tx::{AlreadyJudged, claim};
use luyin_protocol::did::{Did, DidDocument};
use luyin_protocol::escrow::{EscrowAckBody, TrusteeIndex, TrusteeSignature};
use luyin_protocol::field::{
    CheckinTag, Disclosure, MaskCommitment, NoteCommitment, Nullifier, Owner, ShareCommitment,
};
use luyin_protocol::network::{
    Cadence, DEFAULT_TWO_REACH, NetworkMode, NetworkParameters, TRUSTEES, TrusteeInfo,
    VerifyingKeys,
};
use luyin_protocol::note::NoteState;
use luyin_protocol::policy::{DEFAULT_GRACE_MS, Policy, PolicyRef, Predicates, Thresholds};
use luyin_protocol::risk::Uid;
use luyin_protocol::sealed::{SEALED_NOTE_LEN, SealedNote};
use luyin_protocol::signature::{
    Domain, NetworkId, ProofBytes, SealPublicKey, Sha256Hash, Signature,
};
use luyin_protocol::time::{Day, Timestamp};
use luyin_protocol::tx::{
    Accredit, Approvals, CheckIn, DidCreate, Enrol, EnrolPublic, Governance, GovernanceAction,
    NoteRoot, Quota, Role, Tx,
};
use rand::rngs::{OsRng, StdRng};
use rand::{Rng, RngCore, SeedableRng};
use rayon::prelude::*;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const POLICY: PolicyRef = PolicyRef { id: 1, version: 1 };
/// Entries a block while a ledger is being filled.
const FILL_BLOCK: usize = 4_096;

/// A founded network in a directory of its own.
pub struct BenchNetwork {
    root: PathBuf,
    trapdoor: Trapdoor,
    node: SigningKey,
    parameters: NetworkParameters,
}

impl BenchNetwork {
    /// Founds a network of one node below `root` and brings it to its first epoch at `now`.
    pub fn found(root: &Path, now: Timestamp) -> anyhow::Result<Self> {
        Self::of_nodes(root, now, &[SigningKey::generate(&mut OsRng)])
    }

    /// The same with these nodes. What is founded is the first one's; the log is the same for all.
    pub fn of_nodes(root: &Path, now: Timestamp, nodes: &[SigningKey]) -> anyhow::Result<Self> {
        let mut rng = StdRng::from_entropy();
        let (trapdoors, verifying_keys) = keys::install(&root.join("keys"), &mut rng)?;
        let node = nodes.first().context("a node")?.clone();
        let [proposer, approver, registrar] = [(); 3].map(|()| SigningKey::generate(&mut rng));
        let trustees: Vec<SigningKey> = (0..TRUSTEES)
            .map(|_| SigningKey::generate(&mut rng))
            .collect();
        let parameters = parameters(
            nodes,
            &proposer,
            &approver,
            &trustees,
            verifying_keys,
            &mut rng,
        );
        DataDirectory::found(&root.join("data"), &parameters)?;
        std::fs::write(root.join(NODE_KEY), node.to_secret().expose())?;
        let network = Self {
            root: root.to_owned(),
            trapdoor: trapdoors.checkin,
            node,
            parameters,
        };
        let id = network.parameters.id();
        let mut chain = network.chain()?;
        let before = Timestamp::new(now.get().saturating_sub(60_000));
        let authority = (&proposer, &approver);
        commit(
            &mut chain,
            before,
            founding(&id, authority, &registrar, before)?,
        )?;
        commit(
            &mut chain,
            before,
            vec![enrolment(
                &id,
                &registrar,
                &trustees,
                before.day(),
                &mut rng,
            )],
        )?;
        commit(&mut chain, now, Vec::new())?;
        chain.flush()?;
        Ok(network)
    }

    /// Where the node's data stands.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.root.join("data")
    }

    /// Where the verifying keys stand.
    #[must_use]
    pub fn keys(&self) -> PathBuf {
        self.root.join("keys")
    }

    /// Opens the chain in this process, to fill it or to look at it. Proofs are not judged again.
    pub fn chain(&self) -> anyhow::Result<Chain> {
        let data = self.data();
        let seed = ed25519_dalek::SigningKey::from_bytes(self.node.to_secret().expose());
        std::fs::create_dir_all(data.join("chain"))?;
        let parts = Parts {
            disk: Arc::new(RealDisk::new(data.join("chain"))?),
            store: Arc::new(SledStore::open(data.join("index"))?),
            verifier: Arc::new(AlreadyJudged),
            signer: CheckpointSigner::new(&self.parameters.origin, seed)?,
            genesis: self.parameters.clone(),
        };
        Ok(if parts.store.height().is_some() {
            Chain::open(parts)?
        } else {
            Chain::create(parts)?
        })
    }

    /// Distinct check-ins for a moment, each with a proof that verifies under the bench's key.
    pub fn check_ins(&self, chain: &Chain, count: usize, at: Timestamp) -> anyhow::Result<Vec<Tx>> {
        let state = chain.state();
        (0..count)
            .into_par_iter()
            .map_init(StdRng::from_entropy, |rng, _| {
                let tx = Tx::CheckIn(check_in(at, rng));
                let wanted = claim(&state, &tx).map_err(|e| anyhow::anyhow!("{e:?}"))?;
                let inputs = wanted.context("a check-in claims a proof")?.inputs;
                let proof = ProofBytes::from(&self.trapdoor.simulate(&inputs, rng)?);
                let Tx::CheckIn(unproved) = tx else {
                    anyhow::bail!("a check-in")
                };
                Ok(Tx::CheckIn(CheckIn { proof, ..unproved }))
            })
            .collect()
    }

    /// Adds so many check-ins to the log, `each` after a block, without a server.
    pub fn fill(
        &self,
        count: usize,
        at: Timestamp,
        mut each: impl FnMut(usize),
    ) -> anyhow::Result<()> {
        let mut chain = self.chain()?;
        let mut left = count;
        while left > 0 {
            let txs = self.check_ins(&chain, left.min(FILL_BLOCK), at)?;
            left -= txs.len();
            each(txs.len());
            commit(&mut chain, at, txs)?;
        }
        chain.publish()?;
        Ok(chain.flush()?)
    }
}

fn parameters(
    nodes: &[SigningKey],
    proposer: &SigningKey,
    approver: &SigningKey,
    trustees: &[SigningKey],
    verifying_keys: VerifyingKeys,
    rng: &mut StdRng,
) -> NetworkParameters {
    let trustee = |(i, key): (usize, &SigningKey)| TrusteeInfo {
        name: format!("trustee {}", i + 1),
        sign: key.public(),
        seal: SealPublicKey::from_bytes(rng.r#gen()),
    };
    NetworkParameters {
        origin: "luyin.example/bench".to_owned(),
        mode: NetworkMode::Development,
        cadence: Cadence::demo(),
        proposers: vec![proposer.public()],
        approvers: vec![approver.public()],
        reviewers: vec![],
        two_reach: DEFAULT_TWO_REACH,
        trustees: trustees.iter().enumerate().map(trustee).collect(),
        evaluators: vec![Sha256Hash::of(b"bench"); 3],
        verifying_keys,
        nodes: nodes.iter().map(SigningKey::public).collect(),
        witnesses: vec![],
        witnesses_needed: 0,
    }
}

fn founding(
    network: &NetworkId,
    (proposer, approver): (&SigningKey, &SigningKey),
    registrar: &SigningKey,
    now: Timestamp,
) -> anyhow::Result<Vec<Tx>> {
    let document = DidDocument::new(vec![registrar.public()], vec![])?;
    let did = Did::of(&document);
    let signature = registrar.sign(Domain::Transaction, network, &DidCreate::body(&document));
    let govern = |sequence, action| {
        let body = Governance::body(sequence, &action);
        let approvals = Approvals {
            proposer: proposer.public(),
            proposal: proposer.sign(Domain::Governance, network, &body),
            approver: approver.public(),
            approval: approver.sign(Domain::Governance, network, &body),
            review: None,
        };
        Tx::Governance(Governance {
            sequence,
            action,
            approvals,
        })
    };
    let accredit = Accredit {
        did,
        role: Role::Registrar {
            quota: Quota(1_000),
        },
    };
    Ok(vec![
        Tx::DidCreate(DidCreate {
            document,
            signature,
        }),
        govern(1, GovernanceAction::Accredit(accredit)),
        govern(2, GovernanceAction::Policy(Box::new(policy(now)))),
    ])
}

fn policy(now: Timestamp) -> Policy {
    Policy {
        reference: POLICY,
        name_zh: "压测".to_owned(),
        name_en: "Bench".to_owned(),
        effective: now,
        grace_ms: DEFAULT_GRACE_MS,
        thresholds: Thresholds::standard(),
        predicates: Predicates {
            slot_lag: 1,
            min_normal: 0,
            window_a: 1,
            window_b: 1,
            max_test_age: None,
            min_doses: None,
            max_reading_age: None,
            max_itinerary_age: None,
            fresh_horizon: 30,
            fresh_normal: 7,
            show_mask: false,
        },
        paper: false,
        gate_code: false,
    }
}

/// One person, so that the forest has a leaf and epochs begin. Its proof is not judged.
fn enrolment(
    network: &NetworkId,
    registrar: &SigningKey,
    trustees: &[SigningKey],
    today: Day,
    rng: &mut StdRng,
) -> Tx {
    let public = EnrolPublic {
        uid: Uid::from_bytes(rng.r#gen()),
        owner: Owner::from_value(Fr::rand(rng)),
        cm: NoteCommitment::from_value(Fr::rand(rng)),
        mask_commitment: MaskCommitment::from_value(Fr::rand(rng)),
        fresh_day: Day::new(0),
        first_slot: NoteState::first_slot(today),
        shares: [(); TRUSTEES].map(|()| ShareCommitment::from_value(Fr::rand(rng))),
        sealed: sealed(rng),
    };
    let acks =
        TrusteeIndex::all()
            .zip(trustees)
            .zip(public.shares)
            .map(|((trustee, key), commitment)| {
                let body = EscrowAckBody {
                    enrolment: public.hash(),
                    owner: public.owner,
                    trustee,
                    commitment,
                };
                let body = luyin_protocol::codec::Canonical::to_vec(&body);
                TrusteeSignature {
                    trustee,
                    signature: key.sign(Domain::EscrowAck, network, &body),
                }
            });
    let acks = acks.collect();
    let did = DidDocument::new(vec![registrar.public()], vec![]).map(|d| Did::of(&d));
    let did = did.unwrap_or_else(|_| Did::from_bytes([0; 32]));
    let proof = ProofBytes::from_bytes([0; 128]);
    let signature: Signature = registrar.sign(
        Domain::Transaction,
        network,
        &Enrol::body(&public, &proof, &did),
    );
    Tx::Enrol(Box::new(Enrol {
        public,
        acks,
        proof,
        registrar: did,
        signature,
    }))
}

fn sealed(rng: &mut StdRng) -> SealedNote {
    let mut bytes = [0u8; SEALED_NOTE_LEN];
    rng.fill_bytes(&mut bytes);
    SealedNote::from_bytes(bytes)
}

fn check_in(at: Timestamp, rng: &mut StdRng) -> CheckIn {
    CheckIn {
        root: NoteRoot::Epoch(1),
        nf: Nullifier::from_value(Fr::rand(rng)),
        cm_new: NoteCommitment::from_value(Fr::rand(rng)),
        slot: at.slot(),
        policy: POLICY,
        disclosure: Disclosure::from_value(Fr::rand(rng)),
        ctag: CheckinTag::from_value(Fr::rand(rng)),
        sealed: sealed(rng),
        proof: ProofBytes::from_bytes([0; 128]),
    }
}

fn commit(chain: &mut Chain, at: Timestamp, txs: Vec<Tx>) -> anyhow::Result<()> {
    let proposal = chain.propose(at, txs)?;
    if let Some(refused) = proposal.refused().first() {
        anyhow::bail!(
            "the bench's own transaction was refused: {}",
            refused.refusal
        );
    }
    anyhow::ensure!(
        proposal.deferred().is_empty(),
        "the bench's own transactions do not fit a block"
    );
    chain.commit(proposal)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use luyin_circuits::CircuitName;
    use luyin_circuits::groth16::{Claim, PreparedVk, Proof, verify_batch};
    use luyin_keys::manifest::KeyDirectory;

    #[test]
    fn simulated_check_ins_are_distinct_and_their_proofs_verify() {
        let root = tempfile::tempdir().unwrap();
        let now = Timestamp::new(1_800_000_000_000);
        let network = BenchNetwork::found(root.path(), now).unwrap();
        let chain = network.chain().unwrap();
        let txs = network.check_ins(&chain, 8, now).unwrap();
        let claims: Vec<_> = txs
            .iter()
            .map(|tx| claim(&chain.state(), tx).unwrap().unwrap())
            .collect();
        let directory = KeyDirectory::open(
            network.keys(),
            luyin_keys::manifest::Mode::Bench,
            luyin_keys::manifest::VkAllowList::new([]),
        )
        .unwrap();
        let vk = directory
            .verifying_key(CircuitName::Checkin.as_str())
            .unwrap();
        let vk = PreparedVk::new(CircuitName::Checkin, &vk).unwrap();
        let proofs: Vec<Proof> = claims
            .iter()
            .map(|c| Proof::try_from(&c.proof).unwrap())
            .collect();
        let claims: Vec<_> = claims
            .iter()
            .zip(&proofs)
            .map(|(c, proof)| Claim {
                inputs: &c.inputs,
                proof,
            })
            .collect();
        assert!(verify_batch(&vk, &claims, &mut rand::rngs::OsRng).is_ok());
        let mut proofs: Vec<_> = proofs.iter().map(Proof::to_bytes).collect();
        proofs.sort_unstable();
        proofs.dedup();
        assert_eq!(proofs.len(), 8);
    }

    #[test]
    fn a_filled_ledger_opens_again_with_all_its_entries() {
        let root = tempfile::tempdir().unwrap();
        let now = Timestamp::new(1_800_000_000_000);
        let network = BenchNetwork::found(root.path(), now).unwrap();
        let before = network.chain().unwrap().head().size();
        network.fill(50, now, |_| {}).unwrap();
        assert_eq!(network.chain().unwrap().head().size(), before + 51);
    }
}
