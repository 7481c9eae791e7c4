//! People with wallets in memory, enrolled in this process as a registrar and five trustees enrol, and what those learn.

use super::client::{Answer, Call};
use super::company::id_number;
use super::world::{Member, World, evaluator, seeded, submission};
use ark_bn254::Fr;
use luyin::client::NodeClient;
use luyin_device::enrolment::{IdNumber, Surname, mask_of, open_share};
use luyin_device::wallet::{Prover, Turn, Vault, Wallet};
use luyin_keys::escrow::Share;
use luyin_keys::keystore::SecretBytes;
use luyin_keys::seal_key::SealKey;
use luyin_keys::sealed::{Passphrase, Secret, Strength};
use luyin_keys::voprf::{Blinding, UidPublicKey};
use luyin_protocol::codec::Canonical;
use luyin_protocol::escrow::{EscrowAckBody, TrusteeIndex, TrusteeSignature};
use luyin_protocol::note::IdentitySecret;
use luyin_protocol::signature::Domain;
use luyin_protocol::tx::{Enrol, Tx};
use rand::rngs::OsRng;
use std::io;
use std::num::NonZeroU32;
use std::sync::Mutex;

/// Which trustees the adversary has, from 1.
const CORRUPTED: [u8; 2] = [1, 2];

/// A wallet's file, in memory.
#[derive(Debug, Default)]
pub struct InMemory(Mutex<Option<Vec<u8>>>);

impl Vault for InMemory {
    fn load(&self) -> io::Result<Option<Vec<u8>>> {
        Ok(self.0.lock().unwrap().clone())
    }
    fn store(&self, bytes: &[u8]) -> io::Result<()> {
        *self.0.lock().unwrap() = Some(bytes.to_vec());
        Ok(())
    }
}

pub struct Citizen {
    pub wallet: Wallet<InMemory>,
}

impl Citizen {
    /// What the referee alone may ask for.
    pub fn secret(&self) -> IdentitySecret {
        self.wallet.content().person(None).unwrap().secret()
    }

    /// The revocation handle, likewise.
    pub fn handle(&self) -> Fr {
        let person = self.wallet.content().person(None).unwrap();
        person.held().unwrap().note(&self.secret()).rh.expose()
    }
}

/// What the registrar and the two trustees learn of a person.
#[derive(Clone, Debug, Default)]
pub struct Dossier {
    /// Named values, as bytes.
    pub values: Vec<(&'static str, Vec<u8>)>,
    /// The shares of the two trustees.
    pub shares: Vec<Share>,
}

/// Enrols somebody, and gives what registrar and trustees learn by it.
pub fn enrol(world: &World, n: usize, prover: &impl Prover) -> (Citizen, Dossier) {
    let network = world.network();
    let secret = Secret::Passphrase(Passphrase::new("correct horse battery").unwrap());
    let weak = Strength::weak_for_tests(NonZeroU32::new(1).unwrap());
    let parameters = world.parameters();
    let mut wallet =
        Wallet::create(InMemory::default(), &secret, weak, parameters, world.node()).unwrap();
    let number = IdNumber::parse(&id_number(n)).unwrap();
    let mask = mask_of(Surname::of_name("王某"), &number).unwrap();
    let employer = Some(Member::Stranger.did());
    wallet.add_person("me", mask, employer).unwrap();
    let request = wallet
        .enrol_request(None, Turn::First, world.now().day(), prover)
        .unwrap();

    let blinding = Blinding::new(&number.person().unwrap(), &mut OsRng).unwrap();
    let keys: [UidPublicKey; 3] = [0, 1, 2].map(|n| evaluator(n).public());
    let answers = [0, 1, 2].map(|n| {
        evaluator(n)
            .evaluate(&blinding.blinded(), &mut OsRng)
            .unwrap()
    });
    let public = request.public(blinding.combine(&keys, &answers).unwrap());
    let mut dossier = Dossier::default();
    let mut acks = Vec::new();
    for (index, sealed) in TrusteeIndex::all().zip(&request.sealed_shares) {
        let n = index.get() - 1;
        let seal = [SealKey::from_secret(&SecretBytes::new([20 + n; 32]))];
        let share = open_share(&network, &public.owner, index, &seal, &sealed.0).unwrap();
        let body = EscrowAckBody {
            enrolment: public.hash(),
            owner: public.owner,
            trustee: index,
            commitment: share.commitment(),
        };
        let key = seeded(10 + n);
        let signature = key.sign(Domain::EscrowAck, &network, &body.to_vec());
        acks.push(TrusteeSignature {
            trustee: index,
            signature,
        });
        if CORRUPTED.contains(&index.get()) {
            dossier.shares.push(share);
        }
    }
    let registrar = Member::Registrar.did();
    let body = Enrol::body(&public, &request.proof, &registrar);
    let signature = Member::Registrar
        .key()
        .sign(Domain::Transaction, &network, &body);
    dossier.values = vec![
        ("ID number", number.expose().as_bytes().to_vec()),
        ("uid", public.uid.as_bytes().to_vec()),
        ("owner", public.owner.to_bytes().to_vec()),
        ("first note", public.cm.to_bytes().to_vec()),
        (
            "mask commitment",
            public.mask_commitment.to_bytes().to_vec(),
        ),
        ("blinded number", blinding.blinded().as_bytes().to_vec()),
        ("enrol proof", request.proof.as_bytes().to_vec()),
        ("sealed note", public.sealed.to_vec()),
    ];
    let tx = Tx::Enrol(Box::new(Enrol {
        public,
        acks,
        proof: request.proof,
        registrar,
        signature,
    }));
    let call = Call::post("/v1/enrolments", &submission(&tx));
    let answer = world.send(&world.signed(call, Member::Registrar));
    assert_eq!(answer.status, 201, "{}", answer.slug());
    let node = NodeClient::new(&world.node()).unwrap();
    until_published(world, &answer);
    wallet.enrol_finish(None, &node).unwrap();
    (Citizen { wallet }, dossier)
}
/// Waits until the node's checkpoint covers what it acknowledged.
pub fn until_published(world: &World, answer: &Answer) {
    let entry = answer.json()["entry"].as_u64().unwrap();
    let published = || world.app.node().published().newest().head.size();
    while published() <= entry {
        std::thread::yield_now();
    }
}
