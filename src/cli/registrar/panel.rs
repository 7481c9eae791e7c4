//! The five trustees as a registrar asks them: three evaluate the identifier, all five are handed a share. Who is silent, or
//! answers falsely, is named.

use luyin_keys::escrow::Acknowledgement;
use luyin_keys::voprf::{
    Blinded, Blinding, EVALUATORS, Evaluation, PersonId, UidPublicKey, VoprfError,
};
use luyin_protocol::escrow::{EscrowAckBody, TrusteeIndex, TrusteeSignature};
use luyin_protocol::network::{ACKS_NEEDED, NetworkParameters, TRUSTEES};
use luyin_protocol::risk::Uid;
use luyin_protocol::signature::{NetworkId, Signature};
use luyin_protocol::time::Timestamp;
use luyin_protocol::tx::EnrolPublic;
use rand::rngs::OsRng;

use crate::client::TrusteeClient;
use luyin_device::client::{ClientError, EncodedBytes, RequestSigner, ShareDelivery, Without};

/// A trustee, as a registrar sees it.
pub trait Desk: Sync {
    /// Evaluates a blinded ID number.
    fn evaluate(&self, now: Timestamp, blinded: &Blinded) -> Result<Evaluation, ClientError>;
    /// Stores a share and signs for it.
    fn share(&self, now: Timestamp, share: &ShareDelivery<'_>) -> Result<Signature, ClientError>;
}

/// A trustee by HTTP.
#[derive(Debug)]
pub struct HttpDesk {
    client: TrusteeClient,
    signer: RequestSigner,
}

impl HttpDesk {
    /// The trustee at an address, asked by the registrar that `signer` signs for.
    ///
    /// # Errors
    /// [`ClientError::Address`].
    pub fn new(address: &str, signer: RequestSigner) -> Result<Self, ClientError> {
        let client = TrusteeClient::new(address)?;
        Ok(Self { client, signer })
    }
}

impl Desk for HttpDesk {
    fn evaluate(&self, now: Timestamp, blinded: &Blinded) -> Result<Evaluation, ClientError> {
        self.client.evaluate(&self.signer, now, blinded)
    }
    fn share(&self, now: Timestamp, share: &ShareDelivery<'_>) -> Result<Signature, ClientError> {
        self.client.share(&self.signer, now, share)
    }
}

/// Why the trustees did not serve.
#[derive(Debug, thiserror::Error)]
pub enum PanelError {
    /// Not five.
    #[error("give the addresses of all five trustees, by rising number; there are {0}")]
    Count(usize),
    /// One of the three evaluators did not answer; none can be replaced.
    #[error("the identifier takes trustees 1 to 3, and {}; try again when they are back", listed(.0))]
    Evaluators(Vec<Without>),
    /// An evaluator answered with another key than the ledger names.
    #[error(
        "trustee {0} answered falsely; nothing was enrolled, report it to the authority with the time of this call"
    )]
    FalseEvaluator(TrusteeIndex),
    /// The founding data's evaluation keys cannot be used.
    #[error("the network's evaluation keys: {0}")]
    Voprf(VoprfError),
    /// Fewer than four acknowledgements.
    #[error("only {found} of four trustees hold their share: {}; try again with the same request", listed(.without))]
    TooFewAcknowledgements {
        /// how many do
        found: usize,
        /// who does not, and why
        without: Vec<Without>,
    },
}

fn listed(without: &[Without]) -> String {
    let named: Vec<String> = without.iter().map(ToString::to_string).collect();
    named.join("; ")
}

/// The five trustees of a network, by rising number.
pub struct Panel<'a, D> {
    desks: &'a [D],
    network: NetworkId,
    parameters: &'a NetworkParameters,
}

/// What at least four trustees signed, and who did not.
#[derive(Debug)]
pub struct Acknowledged {
    /// By rising number.
    pub acks: Vec<TrusteeSignature>,
    /// Silent and false ones.
    pub without: Vec<Without>,
}

impl<'a, D: Desk> Panel<'a, D> {
    /// All five.
    ///
    /// # Errors
    /// [`PanelError::Count`].
    pub fn new(desks: &'a [D], parameters: &'a NetworkParameters) -> Result<Self, PanelError> {
        if desks.len() != TRUSTEES {
            return Err(PanelError::Count(desks.len()));
        }
        Ok(Self {
            desks,
            network: parameters.id(),
            parameters,
        })
    }

    /// A person's identifier, which takes the first three trustees together.
    ///
    /// # Errors
    /// [`PanelError`] names who is silent or false.
    pub fn identifier(&self, person: &PersonId, now: Timestamp) -> Result<Uid, PanelError> {
        let mut keys = Vec::with_capacity(EVALUATORS);
        for key in &self.parameters.evaluators {
            keys.push(UidPublicKey::from_bytes(key.as_bytes()).map_err(PanelError::Voprf)?);
        }
        let keys: [UidPublicKey; EVALUATORS] = keys
            .try_into()
            .map_err(|_| PanelError::Voprf(VoprfError::BadKeys))?;
        let blinding = Blinding::new(person, &mut OsRng).map_err(PanelError::Voprf)?;
        let blinded = blinding.blinded();
        let (mut answers, mut without) = (Vec::with_capacity(EVALUATORS), Vec::new());
        for (trustee, answer) in self.ask(EVALUATORS, |_, desk| desk.evaluate(now, &blinded)) {
            match answer {
                Ok(answer) => answers.push(answer),
                Err(error) => without.push(Without::new(trustee, error.to_string())),
            }
        }
        let answers: [Evaluation; EVALUATORS] = answers
            .try_into()
            .map_err(|_| PanelError::Evaluators(without))?;
        blinding.combine(&keys, &answers).map_err(|error| {
            let liar = match error {
                VoprfError::FalseTrustee(position) => TrusteeIndex::all().nth(position),
                _ => None,
            };
            liar.map_or(PanelError::Voprf(error), PanelError::FalseEvaluator)
        })
    }

    /// Hands every trustee its share and collects their signatures, at least four that hold.
    ///
    /// # Errors
    /// [`PanelError::TooFewAcknowledgements`] names the others.
    pub fn acknowledge(
        &self,
        public: &EnrolPublic,
        sealed: &[EncodedBytes; TRUSTEES],
        now: Timestamp,
    ) -> Result<Acknowledged, PanelError> {
        let enrolment = public.hash();
        let answers = self.ask(TRUSTEES, |trustee, desk| {
            let position = trustee.position();
            let delivery = ShareDelivery {
                enrolment: &enrolment,
                owner: &public.owner,
                commitment: &public.shares[position],
                sealed: &sealed[position].0,
            };
            desk.share(now, &delivery)
        });
        let (mut acks, mut without) = (Vec::with_capacity(TRUSTEES), Vec::new());
        for (trustee, answer) in answers {
            match answer {
                Ok(signature) if self.holds(public, trustee, signature) => {
                    acks.push(TrusteeSignature { trustee, signature });
                }
                Ok(_) => {
                    let why = "signed falsely; report it to the authority".to_owned();
                    without.push(Without::new(trustee, why));
                }
                Err(error) => without.push(Without::new(trustee, error.to_string())),
            }
        }
        if acks.len() < ACKS_NEEDED {
            let found = acks.len();
            return Err(PanelError::TooFewAcknowledgements { found, without });
        }
        Ok(Acknowledged { acks, without })
    }

    fn holds(&self, public: &EnrolPublic, trustee: TrusteeIndex, signature: Signature) -> bool {
        let position = trustee.position();
        let info = self.parameters.trustees.get(position);
        let ack = Acknowledgement {
            body: EscrowAckBody {
                enrolment: public.hash(),
                owner: public.owner,
                trustee,
                commitment: public.shares[position],
            },
            signature: TrusteeSignature { trustee, signature },
        };
        info.is_some_and(|info| ack.verify(&self.network, &info.sign))
    }

    /// Asks the first so many at once; answers by rising number.
    fn ask<T: Send>(
        &self,
        first: usize,
        question: impl Fn(TrusteeIndex, &D) -> Result<T, ClientError> + Sync,
    ) -> Vec<(TrusteeIndex, Result<T, ClientError>)> {
        let question = &question;
        std::thread::scope(|scope| {
            let asked: Vec<_> = TrusteeIndex::all()
                .zip(self.desks)
                .take(first)
                .map(|(trustee, desk)| (trustee, scope.spawn(move || question(trustee, desk))))
                .collect();
            let answer = |joined: std::thread::Result<Result<T, ClientError>>| {
                joined.unwrap_or_else(|_| {
                    Err(ClientError::Unreachable {
                        peer: "the trustee".to_owned(),
                        reason: "the call failed".to_owned(),
                    })
                })
            };
            asked
                .into_iter()
                .map(|(trustee, thread)| (trustee, answer(thread.join())))
                .collect()
        })
    }
}
