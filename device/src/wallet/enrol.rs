//! Enrolment: the request for the registrar, and taking the note once it is on the ledger.

use super::{Ledger, Prover, SecretScalar, Vault, Wallet, WalletError};
use crate::client::{Encoded, EncodedBytes};
use crate::enrolment::{EnrolRequest, MaskSalt, seal_share};
use ark_bn254::Fr;
use luyin_circuits::enrol::Private;
use luyin_keys::escrow::make_shares;
use luyin_keys::note_seal::seal_note;
use luyin_protocol::network::NetworkParameters;
use luyin_protocol::note::{Note, NoteState, RevocationHandle};
use luyin_protocol::signature::NetworkId;
use luyin_protocol::time::{Day, Slot};
use luyin_protocol::tx::REQUEST_DAYS;
use rand::rngs::OsRng;

/// Whether a person enrols for the first time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Yes.
    First,
    /// No: the phone was lost, or the note slept too long. A superseded notice must stand.
    Again,
}

impl Turn {
    fn of(request: &EnrolRequest) -> Self {
        match request.fresh_day == Day::new(0) {
            true => Self::First,
            false => Self::Again,
        }
    }

    fn fresh_day(self, today: Day) -> Day {
        match self {
            Self::First => Day::new(0),
            Self::Again => today,
        }
    }
}

/// Whether the ledger still takes a request: it does not once its note began too long ago, and one for a new enrolment
/// counts on its day alone. Neither comes back, so a new one cannot meet it.
fn is_taken(request: &EnrolRequest, today: Day) -> bool {
    let oldest = NoteState::first_slot(today.minus(REQUEST_DAYS));
    let on_its_day = Turn::of(request) == Turn::First || request.fresh_day >= today;
    request.first_slot >= oldest && on_its_day
}

impl<V: Vault> Wallet<V> {
    /// The request for the registrar, after a look at the ledger: what was asked for before may have been posted.
    ///
    /// # Errors
    /// [`WalletError::AlreadyEnrolled`]; those of the node and of [`Wallet::enrol_request`].
    pub fn begin_enrolment(
        &mut self,
        label: Option<&str>,
        turn: Turn,
        today: Day,
        ledger: &impl Ledger,
        prover: &impl Prover,
    ) -> Result<EnrolRequest, WalletError> {
        if self.content.person(label)?.request.is_some() {
            match self.enrol_finish(label, ledger) {
                Ok(()) => return Err(WalletError::AlreadyEnrolled),
                Err(WalletError::NotOnLedger) => {}
                Err(error) => return Err(error),
            }
        }
        self.enrol_request(label, turn, today, prover)
    }

    /// The request that a person hands a registrar. While the ledger takes it, it is given again unchanged: a second one with
    /// the same secret and another handle could meet the first at the registrar. One that came too late is made anew. Where
    /// a first enrolment turns out to be a re-enrolment, or the other way round, it is made anew with another secret.
    ///
    /// # Errors
    /// [`WalletError::AlreadyEnrolled`]; those of proving and writing.
    pub fn enrol_request(
        &mut self,
        label: Option<&str>,
        turn: Turn,
        today: Day,
        prover: &impl Prover,
    ) -> Result<EnrolRequest, WalletError> {
        let network = self.network();
        let parameters = self.content.parameters.0.clone();
        let person = self.content.person_mut(label)?;
        if person.note.is_some() {
            return Err(WalletError::AlreadyEnrolled);
        }
        let sk = match person.request.as_ref().filter(|r| is_taken(r, today)) {
            Some(request) if Turn::of(request) == turn => return Ok(request.clone()),
            Some(_) => SecretScalar::draw(&mut OsRng),
            None => person.sk.clone(),
        };
        let draft = Draft {
            sk: sk.clone(),
            mask: person.mask,
            fresh_day: turn.fresh_day(today),
            first_slot: NoteState::first_slot(today),
        };
        let request = draft.request(&network, &parameters, prover)?;
        person.sk = sk;
        person.request = Some(request.clone());
        self.save()?;
        Ok(request)
    }

    /// Takes the first note once the registrar has posted the enrolment.
    ///
    /// # Errors
    /// [`WalletError::NotOnLedger`], [`WalletError::OtherEnrolment`]; those of the node and of writing.
    pub fn enrol_finish(
        &mut self,
        label: Option<&str>,
        ledger: &impl Ledger,
    ) -> Result<(), WalletError> {
        let news = self.hear(ledger)?;
        let person = self.content.person_mut(label)?;
        if person.note.is_some() {
            return Err(WalletError::AlreadyEnrolled);
        }
        if person.request.is_none() {
            return Err(WalletError::NoRequest);
        }
        let first = super::walk::first_note(person, &news, ledger)?;
        person.note = Some(first);
        person.request = None;
        self.save()
    }
}

struct Draft {
    sk: SecretScalar,
    mask: luyin_protocol::note::Mask,
    fresh_day: Day,
    first_slot: Slot,
}

impl Draft {
    fn request(
        &self,
        network: &NetworkId,
        parameters: &NetworkParameters,
        prover: &impl Prover,
    ) -> Result<EnrolRequest, WalletError> {
        let sk = luyin_protocol::note::IdentitySecret::from_value(self.sk.expose());
        let rh = RevocationHandle::from_value(SecretScalar::draw(&mut OsRng).expose());
        let note = Note::first(&sk, rh, self.mask, self.fresh_day, self.first_slot);
        let sealed = seal_note(&sk, &note).map_err(|e| WalletError::Prover(e.to_string()))?;
        let dealing = make_shares(&rh, &mut OsRng);
        let mask_salt: Fr = SecretScalar::draw(&mut OsRng).expose();
        let private = Private {
            sk,
            rh,
            mask: self.mask,
            mask_salt,
            coefficients: *dealing.coefficients,
            salts: dealing.shares.each_ref().map(|s| s.expose_salt()),
            rho: note.rho,
            r: note.r,
        };
        let public = private.public(self.fresh_day, self.first_slot, sealed.hash());
        let proof = prover.enrol(&public, &private)?;
        let mut sealed_shares = Vec::with_capacity(dealing.shares.len());
        for (share, trustee) in dealing.shares.iter().zip(&parameters.trustees) {
            let bytes = seal_share(network, &public.owner, share, &trustee.seal, &mut OsRng)
                .map_err(|_| WalletError::Untrusted("a trustee's sealing key"))?;
            sealed_shares.push(EncodedBytes(bytes));
        }
        Ok(EnrolRequest {
            network: *network,
            owner: public.owner,
            cm: public.cm,
            mask_commitment: public.mask_commitment,
            mask: self.mask,
            mask_salt: MaskSalt::from_value(mask_salt),
            fresh_day: self.fresh_day,
            first_slot: self.first_slot,
            shares: public.shares,
            sealed_shares: sealed_shares
                .try_into()
                .map_err(|_| WalletError::Untrusted("the number of trustees"))?,
            sealed: Encoded(sealed),
            proof,
        })
    }
}
