//! Check-in and absorption: spending the newest note for the next.
//!
//! Order: walk on; make the transaction; **write it down**; submit it; walk on, which settles it and writes. A crash
//! before the submission leaves a pending transaction that the ledger does not have: the next attempt submits it again
//! if it still counts, else drops it. A crash after the submission leaves one that the ledger has: walking on takes it.

use super::disclosure::{Disclosed, Punctuality};
use super::sync::{Footing, ForestView, attestation_path};
use super::walk::{PendingFate, remember};
use super::{
    Form, HeldAttestation, Ledger, Pending, Person, Prover, SecretScalar, Vault, Wallet,
    WalletError,
};
use crate::client::{Encoded, Receipt};
use ark_bn254::Fr;
use luyin_circuits::absorb;
use luyin_circuits::checkin;
use luyin_keys::note_seal::seal_note;
use luyin_protocol::attestation::Statement;
use luyin_protocol::did::Did;
use luyin_protocol::field::{self, Nullifier, SealedHash};
use luyin_protocol::itinerary::Itinerary;
use luyin_protocol::note::{DayStatus, IdentitySecret, MAX_SLEEP, MAX_SLEEP_DAYS, NoteState};
use luyin_protocol::policy::Policy;
use luyin_protocol::scope;
use luyin_protocol::sealed::SealedNote;
use luyin_protocol::time::{Slot, Timestamp};
use luyin_protocol::tx::{Absorb, CheckIn, Tx};
use luyin_protocol::versioned::current;
use rand::rngs::OsRng;
use serde::Serialize;
use zeroize::Zeroizing;

const HALF_DAY_MS: u64 = 12 * 3_600_000;
/// How often a wallet looks for what was accepted: a node answers once the block is durable, and shows it with its next
/// checkpoint. What is not seen by then stays pending and is settled by the next walk.
const PUBLICATIONS: usize = 20;

/// Which half-day a check-in is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlotChoice {
    /// The one that is running.
    Current,
    /// The one before, while the ledger still takes it.
    Previous,
}

/// What a submission came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is on the ledger.
    Accepted {
        /// where and when
        receipt: Receipt,
    },
    /// An earlier attempt had reached the ledger already.
    AlreadyThere,
}

impl<V: Vault> Wallet<V> {
    /// Reports a half-day.
    ///
    /// # Errors
    /// [`WalletError::SlotClosed`], [`WalletError::AlreadyCheckedIn`], [`WalletError::SleptTooLong`], [`WalletError::WaitForEpoch`],
    /// [`WalletError::Overtaken`]; those of the node, of proving and of writing.
    pub fn checkin(
        &mut self,
        label: Option<&str>,
        form: &Form,
        choice: SlotChoice,
        ledger: &impl Ledger,
        prover: &impl Prover,
    ) -> Result<Outcome, WalletError> {
        let now = self.hear(ledger)?.now;
        let slot = self.slot(choice, now)?;
        let same = |pending: &Pending| match &pending.tx.0 {
            Tx::CheckIn(x) => x.slot == slot && pending.form.as_ref() == Some(form),
            _ => false,
        };
        if let Some(done) = self.settle_pending(label, same, ledger)? {
            return Ok(done);
        }
        self.look(ledger)?;
        let policies = self.seen_policies()?;
        let policy = checkin_policy(&policies, now).ok_or(WalletError::NoPolicy)?;
        let person = self.content.person(label)?;
        let held = person.held()?;
        check_slot(held.state(), slot, form, policy)?;
        let view = ForestView::load(ledger, &self.content.parameters.0, self.heard()?)?;
        let Footing { named, root, path } = view.footing(held.leaf, self.epoch_wait_s())?;

        let sk = person.secret();
        let note = held.note(&sk);
        let next_rho = note.nullifier(&sk).value();
        // Without an employer the commitment opens to nobody.
        let employer_scope = match person.employer {
            Some(employer) => scope::employer(&self.network(), &employer),
            None => {
                luyin_protocol::field::Scope::from_value(SecretScalar::draw(&mut OsRng).expose())
            }
        };
        let private = checkin::Private {
            sk,
            note,
            path,
            r_new: sk.blinding(next_rho),
            answers: form.answers(),
            scope: employer_scope,
            salt: disclosure_salt(&sk, &note.nullifier(&sk)),
        };
        let state = private.new_state(slot, &policy.thresholds);
        let sealed = seal_next(&sk, &note, state, note.itinerary)?;
        let public = private.public(root, slot, policy.thresholds, sealed.hash());
        let proof = prover.checkin(&public, &private)?;
        let tx = Tx::CheckIn(CheckIn {
            root: named,
            nf: public.nf,
            cm_new: public.cm_new,
            slot,
            policy: policy.reference,
            disclosure: public.disclosure,
            ctag: public.ctag,
            sealed,
            proof,
        });
        let disclosed = person.employer.map(|employer| Disclosed {
            network: self.network(),
            employer,
            pseudonym: scope::nym(&sk, employer_scope),
            status: state.history.at(0),
            slot,
            salt: SecretScalar::new(private.salt),
            disclosure: public.disclosure,
            entry: None,
            punctuality: Punctuality::OnTime,
        });
        let pending = Pending {
            tx: Encoded(tx),
            made: now,
            disclosed,
            form: Some(form.clone()),
            absorbs: None,
        };
        self.submit(label, pending, ledger)
    }

    /// Tells the employer alone of a half-day that was missed. It never enters the history.
    ///
    /// # Errors
    /// [`WalletError::SlotAhead`] for a slot that has not begun; those of finding the person and of writing.
    pub fn late_statement(
        &mut self,
        label: Option<&str>,
        form: &Form,
        slot: Slot,
        employer: Did,
        now: Timestamp,
    ) -> Result<Disclosed, WalletError> {
        if slot > now.slot() {
            return Err(WalletError::SlotAhead(slot));
        }
        let network = self.network();
        let thresholds = self.seen_policies().and_then(|all| {
            let policy = checkin_policy(&all, now);
            policy.map(|p| p.thresholds).ok_or(WalletError::NoPolicy)
        })?;
        let person = self.content.person_mut(label)?;
        let pseudonym = scope::nym(&person.secret(), scope::employer(&network, &employer));
        let mut disclosed = Disclosed {
            network,
            employer,
            pseudonym,
            status: form.answers().status(&thresholds),
            slot,
            salt: SecretScalar::draw(&mut OsRng),
            disclosure: luyin_protocol::field::Disclosure::from_value(0u64.into()),
            entry: None,
            punctuality: Punctuality::Late,
        };
        disclosed.disclosure = disclosed.commitment();
        remember(person, disclosed.clone());
        self.save()?;
        Ok(disclosed)
    }

    /// Takes the oldest attestation received into the note.
    ///
    /// # Errors
    /// [`WalletError::Attestation`] where there is none or it does not fit; those of the node, of proving, of writing.
    pub fn absorb(
        &mut self,
        label: Option<&str>,
        ledger: &impl Ledger,
        prover: &impl Prover,
    ) -> Result<Outcome, WalletError> {
        let now = self.hear(ledger)?.now;
        let first = self.content.person(label)?.attestations.first().cloned();
        let same = |pending: &Pending| pending.absorbs.is_some() && pending.absorbs == first;
        if let Some(done) = self.settle_pending(label, same, ledger)? {
            return Ok(done);
        }
        self.look(ledger)?;
        let person = self.content.person(label)?;
        let held = person.held()?;
        let taken = person.attestations.first().cloned();
        let taken = taken.ok_or(WalletError::Attestation("none was received"))?;
        let sk = person.secret();
        let note = held.note(&sk);
        let attested = self.attested(&taken);
        let (att_root, att_path) = attestation_path(ledger, taken.tree_day, &attested.leaf(&sk))?;
        let view = ForestView::load(ledger, &self.content.parameters.0, self.heard()?)?;
        let path = view.path(held.leaf, self.epoch_wait_s())?;
        let private = absorb::Private {
            sk,
            note,
            path,
            r_new: sk.blinding(note.nullifier(&sk).value()),
            attested,
            att_path,
        };
        let itinerary = match taken.attestation.0.statement {
            Statement::Itinerary { regions } => regions,
            _ => note.itinerary,
        };
        // What is not true must be refused before it is sealed or proved.
        let draft = private.public(
            view.epoch.root,
            att_root,
            now.day(),
            SealedHash::from_value(0u64.into()),
        );
        let sealed = seal_next(&sk, &note, private.new_state(), itinerary)?;
        let public = absorb::Public {
            sealed_hash: sealed.hash(),
            ..draft
        };
        let proof = prover.absorb(&public, &private)?;
        let tx = Tx::Absorb(Absorb {
            epoch: view.epoch.number,
            att_root,
            nf: public.nf,
            cm_new: public.cm_new,
            now_day: public.now_day,
            sealed,
            proof,
        });
        let pending = Pending {
            tx: Encoded(tx),
            made: now,
            disclosed: None,
            form: None,
            absorbs: Some(taken),
        };
        self.submit(label, pending, ledger)
    }

    fn attested(&self, taken: &HeldAttestation) -> absorb::Attested {
        let scope = scope::attester_day(&self.network(), &taken.attester, taken.scope_day);
        absorb::Attested::new(&taken.attestation.0, scope)
    }

    /// Writes the transaction down, submits it, and learns what became of it.
    fn submit(
        &mut self,
        label: Option<&str>,
        pending: Pending,
        ledger: &impl Ledger,
    ) -> Result<Outcome, WalletError> {
        let tx = pending.tx.0.clone();
        self.content.person_mut(label)?.pending = Some(pending);
        self.save()?;
        self.send(label, &tx, ledger)
    }

    fn send(
        &mut self,
        label: Option<&str>,
        tx: &Tx,
        ledger: &impl Ledger,
    ) -> Result<Outcome, WalletError> {
        let sent = ledger.submit(tx);
        let refused = match &sent {
            Err(error) if error.is_offline() => return Err(sent.unwrap_err().into()),
            other => other.is_err(),
        };
        let mut fate = self.walk_on(label, ledger)?.pending;
        for _ in 0..PUBLICATIONS {
            if sent.is_err() || fate != PendingFate::Open {
                break;
            }
            ledger.await_publication();
            fate = self.walk_on(label, ledger)?.pending;
        }
        match (sent, fate) {
            (_, PendingFate::Overtaken) => Err(WalletError::Overtaken),
            (Ok(receipt), _) => Ok(Outcome::Accepted { receipt }),
            (Err(_), PendingFate::Accepted) => Ok(Outcome::AlreadyThere),
            (Err(error), _) => {
                if refused {
                    self.drop_pending(label)?;
                }
                Err(error.into())
            }
        }
    }

    /// Walks on, and settles what an earlier run began: gives its outcome where that was the `same` as what is asked now.
    fn settle_pending(
        &mut self,
        label: Option<&str>,
        same: impl Fn(&Pending) -> bool,
        ledger: &impl Ledger,
    ) -> Result<Option<Outcome>, WalletError> {
        let same = self
            .content
            .person(label)?
            .pending
            .as_ref()
            .is_some_and(same);
        match self.walk_on(label, ledger)?.pending {
            PendingFate::Accepted if same => Ok(Some(Outcome::AlreadyThere)),
            PendingFate::Overtaken if same => Err(WalletError::Overtaken),
            PendingFate::Accepted | PendingFate::Overtaken | PendingFate::None => Ok(None),
            PendingFate::Open => self.drop_pending(label).map(|()| None),
        }
    }

    /// Submits once more what was written down and never arrived.
    ///
    /// # Errors
    /// Those of the node and of writing.
    pub fn resume(
        &mut self,
        label: Option<&str>,
        ledger: &impl Ledger,
    ) -> Result<Option<Outcome>, WalletError> {
        match self.walk_on(label, ledger)?.pending {
            PendingFate::Accepted => Ok(Some(Outcome::AlreadyThere)),
            PendingFate::Overtaken => Err(WalletError::Overtaken),
            PendingFate::None => Ok(None),
            PendingFate::Open => {
                let pending = self.content.person(label)?.pending.as_ref();
                match pending.map(|p| p.tx.0.clone()) {
                    Some(tx) => self.send(label, &tx, ledger).map(Some),
                    None => Ok(None),
                }
            }
        }
    }

    fn drop_pending(&mut self, label: Option<&str>) -> Result<(), WalletError> {
        self.content.person_mut(label)?.pending = None;
        self.save()
    }

    fn slot(&self, choice: SlotChoice, now: Timestamp) -> Result<Slot, WalletError> {
        let grace = u64::from(self.content.parameters.0.cadence.slot_grace_ms);
        match choice {
            SlotChoice::Current => Ok(now.slot()),
            SlotChoice::Previous if now.since_slot_ms() < grace => Ok(now.slot().minus(1)),
            SlotChoice::Previous => {
                let began = now.get().saturating_sub(now.since_slot_ms());
                Err(WalletError::SlotClosed {
                    slot: now.slot().minus(1),
                    closed: began.saturating_add(grace.min(HALF_DAY_MS)),
                })
            }
        }
    }

    pub(super) fn epoch_wait_s(&self) -> u64 {
        u64::from(self.content.parameters.0.cadence.quick_ms).div_ceil(1_000)
    }
}

/// The policy whose thresholds check-ins apply: the first in number that is in effect.
fn checkin_policy(policies: &[Policy], now: Timestamp) -> Option<&Policy> {
    let first = policies
        .iter()
        .filter(|p| p.effective <= now)
        .map(|p| p.reference.id)
        .min()?;
    let versions: Vec<Policy> = policies
        .iter()
        .filter(|p| p.reference.id == first)
        .cloned()
        .collect();
    let reference = current(&versions, now)?.reference;
    policies.iter().find(|p| p.reference == reference)
}

/// From the secret and the spent note, so that two devices which make the same check-in open the same commitment, and a
/// restored wallet can open it again.
fn disclosure_salt(sk: &IdentitySecret, nf: &Nullifier) -> Fr {
    let mut bytes = Zeroizing::new([0; 64]);
    let (secret, spent) = bytes.split_at_mut(32);
    secret.copy_from_slice(&field::to_bytes(&sk.expose()));
    spent.copy_from_slice(&nf.to_bytes());
    field::digest31("luyin/v1/disclosure-salt", bytes.as_ref())
}

fn check_slot(
    old: &NoteState,
    slot: Slot,
    form: &Form,
    policy: &Policy,
) -> Result<(), WalletError> {
    if slot.get().saturating_sub(old.slot.get()) > MAX_SLEEP {
        return Err(WalletError::SleptTooLong(
            old.slot.day().plus(MAX_SLEEP_DAYS),
        ));
    }
    let status: DayStatus = form.answers().status(&policy.thresholds);
    match slot.cmp(&old.slot) {
        std::cmp::Ordering::Greater => Ok(()),
        std::cmp::Ordering::Equal if status > old.history.at(0) => Ok(()),
        std::cmp::Ordering::Equal => Err(WalletError::AlreadyCheckedIn(slot)),
        std::cmp::Ordering::Less => Err(WalletError::EarlierSlot(slot)),
    }
}

fn seal_next(
    sk: &IdentitySecret,
    note: &luyin_protocol::note::Note,
    state: NoteState,
    itinerary: Itinerary,
) -> Result<SealedNote, WalletError> {
    seal_note(sk, &note.successor(sk, state, itinerary))
        .map_err(|error| WalletError::Prover(error.to_string()))
}

impl Person {
    /// Openings for one employer, newest last.
    pub fn disclosures_for<'a>(&'a self, employer: &'a Did) -> impl Iterator<Item = &'a Disclosed> {
        self.disclosures
            .iter()
            .filter(move |d| d.employer == *employer)
    }
}
