//! Walking on: from the last note a wallet knows to the newest that the ledger holds.

use super::{
    Disclosed, HeldNote, ItineraryTaken, Ledger, MAX_DISCLOSURES, Person, Vault, Wallet,
    WalletError,
};
use crate::client::{BucketName, EnrolledNote, News, Spend};
use luyin_keys::note_seal::open_note;
use luyin_protocol::field::{NoteCommitment, Nullifier, Owner};
use luyin_protocol::note::{DayStatus, IdentitySecret, Note, NoteState};
use luyin_protocol::sealed::SealedNote;
use luyin_protocol::time::Day;
use luyin_protocol::tx::Tx;
use serde::Serialize;

/// A wallet that follows more spends than this from one note is being led in a circle.
const MAX_STEPS: usize = 100_000;

/// What walking on found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Walked {
    /// How many notes followed the one the wallet knew.
    pub steps: usize,
    /// What became of the transaction that was pending.
    pub pending: PendingFate,
}

/// What became of a pending transaction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PendingFate {
    /// There was none.
    #[default]
    None,
    /// It is on the ledger.
    Accepted,
    /// Another device of this wallet spent the note first.
    Overtaken,
    /// The ledger does not have it; it may be submitted again.
    Open,
}

impl<V: Vault> Wallet<V> {
    /// Walks a person on to the newest note and settles what was pending. Writes only where something changed.
    ///
    /// # Errors
    /// Those of the node and of writing; [`WalletError::Unopenable`] where a later note is not this wallet's.
    pub fn walk_on(
        &mut self,
        label: Option<&str>,
        ledger: &impl Ledger,
    ) -> Result<Walked, WalletError> {
        let news = self.hear(ledger)?;
        self.walk_by(label, &news, ledger)
    }

    /// The same, by news that were heard.
    pub(super) fn walk_by(
        &mut self,
        label: Option<&str>,
        news: &News,
        ledger: &impl Ledger,
    ) -> Result<Walked, WalletError> {
        let person = self.content.person_mut(label)?;
        let walked = walk(person, news, ledger)?;
        let restored = std::mem::take(&mut person.restored);
        if restored
            || walked.steps > 0
            || matches!(
                walked.pending,
                PendingFate::Accepted | PendingFate::Overtaken
            )
        {
            self.save()?;
        }
        Ok(walked)
    }
}

fn walk(person: &mut Person, news: &News, ledger: &impl Ledger) -> Result<Walked, WalletError> {
    let sk = person.secret();
    let mut walked = Walked::default();
    if person.pending.is_some() {
        walked.pending = PendingFate::Open;
    }
    let mut held = match person.note.clone() {
        Some(held) => held,
        None => first_note(person, news, ledger)?,
    };
    person.request = None;
    while let Some(spend) = spend_of(&held, &sk, news.spend_bits, ledger)? {
        let note = opened(&sk, spend.nf, &spend.cm, &spend.sealed.0)?;
        let before = std::mem::replace(&mut held, HeldNote::new(&note, spend.leaf, spend.entry));
        person.previous = Some(before).filter(|before| is_as_good(before, &held));
        walked.steps += 1;
        if let Some(fate) = settle(person, &spend) {
            walked.pending = fate;
        }
        if walked.steps > MAX_STEPS {
            return Err(WalletError::Untrusted("endless spends"));
        }
    }
    if person.note.is_none() {
        walked.steps += 1;
    }
    if walked.steps > 0 && is_worse(held.state()) {
        // A pass rests on the note it was proved from: a worse day must not be hidden behind an older one.
        person.passes.retain(|ready| ready.shown.is_some());
    }
    person.note = Some(held);
    Ok(walked)
}

/// Whether an honest wallet must not show what it proved before.
fn is_worse(state: &NoteState) -> bool {
    let positive = state.test_day > Day::new(0) && !state.test_ok;
    state.history.at(0) > DayStatus::Normal || positive
}

/// Whether a note may still be proved from beside its successor: a normal check-in and nothing else lies between, so that
/// what it shows is what the successor shows but for the slot.
fn is_as_good(before: &HeldNote, now: &HeldNote) -> bool {
    let NoteState { slot, history, .. } = *now.state();
    let checked_in = NoteState {
        slot,
        history,
        ..*before.state()
    };
    checked_in == *now.state() && before.itinerary() == now.itinerary() && !is_worse(now.state())
}

/// What a spend says of the pending transaction, if it spends the same note.
fn settle(person: &mut Person, spend: &Spend) -> Option<PendingFate> {
    let pending = person.pending.as_ref()?;
    if pending.nullifier() != Some(spend.nf) {
        return None;
    }
    let made = match &pending.tx.0 {
        Tx::CheckIn(x) => Some(x.cm_new),
        Tx::Absorb(x) => Some(x.cm_new),
        _ => None,
    };
    let pending = person.pending.take()?;
    if made != Some(spend.cm) {
        return Some(PendingFate::Overtaken);
    }
    if let Some(disclosed) = pending.disclosed {
        let entry = Some(spend.entry);
        remember(person, Disclosed { entry, ..disclosed });
    }
    person.last_form = pending.form.or_else(|| person.last_form.take());
    if let Some(absorbed) = &pending.absorbs {
        person.attestations.retain(|held| held != absorbed);
        if let Some(taken) = ItineraryTaken::of(absorbed, pending.made) {
            person.itinerary = Some(taken);
        }
    }
    Some(PendingFate::Accepted)
}

/// Keeps an opening for the employer, the oldest give way.
pub(super) fn remember(person: &mut Person, disclosed: Disclosed) {
    person.disclosures.push(disclosed);
    let beyond = person.disclosures.len().saturating_sub(MAX_DISCLOSURES);
    person.disclosures.drain(..beyond);
}

fn opened(
    sk: &IdentitySecret,
    nf: Nullifier,
    cm: &NoteCommitment,
    sealed: &SealedNote,
) -> Result<Note, WalletError> {
    open_note(sk, nf.value(), cm, sealed).map_err(|_| WalletError::Unopenable)
}

/// The spend of a note. Its nullifier is asked for among those of its bucket, never alone.
fn spend_of(
    held: &HeldNote,
    sk: &IdentitySecret,
    bits: u8,
    ledger: &impl Ledger,
) -> Result<Option<Spend>, WalletError> {
    let nf = held.note(sk).nullifier(sk);
    let bucket = ledger.nullifiers(BucketName::of(&nf.to_bytes(), bits))?;
    Ok(bucket.entries.into_iter().find(|spend| spend.nf == nf))
}

/// The first note, from the person's enrolment on the ledger.
pub(super) fn first_note(
    person: &Person,
    news: &News,
    ledger: &impl Ledger,
) -> Result<HeldNote, WalletError> {
    let sk = person.secret();
    let owner = sk.owner();
    let found = enrolment_of(&owner, news.enrolment_bits, ledger)?.ok_or(match person.request {
        Some(_) => WalletError::NotOnLedger,
        None => WalletError::NotEnrolled,
    })?;
    // Whatever opens was sealed with this secret: the request at hand, or one before it that the registrar posted late.
    let note = open_note(&sk, sk.first_rho(), &found.cm, &found.sealed.0)
        .map_err(|_| WalletError::OtherEnrolment)?;
    Ok(HeldNote::new(&note, found.leaf, found.entry))
}

fn enrolment_of(
    owner: &Owner,
    bits: u8,
    ledger: &impl Ledger,
) -> Result<Option<EnrolledNote>, WalletError> {
    let bucket = ledger.enrolments(BucketName::of(&owner.to_bytes(), bits))?;
    Ok(bucket.entries.into_iter().find(|e| e.owner == *owner))
}
