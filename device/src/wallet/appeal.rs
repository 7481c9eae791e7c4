//! Appealing against a notice about oneself (clauses 7.16b, 7.16c), and following what becomes of it.
//!
//! Nothing is written down before the submission: the person has one name in a notice's scope, by which the wallet finds
//! its own appeal on the public list after a crash, a lost answer or a restore.

use super::status::day_handle;
use super::sync::{Footing, ForestView};
use super::{Ledger, Person, Prover, Vault, Wallet, WalletError};
use crate::client::{AppealState, ClientError, PublicAppeal};
use luyin_circuits::pass::{Occasion, PackedPolicy, Private};
use luyin_protocol::appeal::{
    ASKS_NOTHING, AppealEntry, AppealReason, StatementCommitment, StatementSalt, due,
};
use luyin_protocol::field::{self, Nym};
use luyin_protocol::itinerary::Itinerary;
use luyin_protocol::note::IdentitySecret;
use luyin_protocol::risk::NoticeId;
use luyin_protocol::scope;
use luyin_protocol::signature::{NetworkId, Sha256Hash};
use luyin_protocol::time::{Day, Timestamp};
use luyin_protocol::tx::{Appeal, AppealBody, Tx};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// What the ledger says to a second appeal of one person against one notice.
const REPEATED: &str = "urn:luyin:problem:appeal-repeated";
/// Appeals are asked for from a round entry on, so that no request names one's own.
const ROUND: u64 = 4_096;
/// How long a settled appeal is kept.
const KEPT_DAYS: u64 = 60;
const DAY_MS: u64 = 86_400_000;

/// What a person says against a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grounds {
    /// Against which.
    pub notice: NoticeId,
    /// Why.
    pub reason: AppealReason,
    /// SHA-256 of a file that the person hands to the office.
    pub file: Option<Sha256Hash>,
}

impl<V: Vault> Wallet<V> {
    /// Appeals against a notice that is about the person. Where the ledger has the person's appeal already, that one is
    /// taken up; asked again, it is given as it stands.
    ///
    /// # Errors
    /// [`WalletError::NoticeNotLive`], [`WalletError::NotAboutYou`], [`WalletError::AppealNotYet`],
    /// [`WalletError::WaitForEpoch`]; those of the node, of proving and of writing.
    pub fn appeal(
        &mut self,
        label: Option<&str>,
        grounds: &Grounds,
        ledger: &impl Ledger,
        prover: &impl Prover,
    ) -> Result<PublicAppeal, WalletError> {
        self.look(ledger)?;
        let network = self.network();
        let person = self.content.person(label)?;
        if let Some(kept) = person.appeals.iter().find(|a| a.notice == grounds.notice) {
            return Ok(kept.clone());
        }
        let tx = self.prove_appeal(label, grounds, ledger, prover)?;
        let filed = match ledger.submit(&Tx::Appeal(tx.clone())) {
            Ok(receipt) => PublicAppeal {
                entry: AppealEntry(receipt.entry),
                notice: grounds.notice,
                nym: tx.nym,
                reason: tx.body.reason,
                statement: tx.body.statement,
                filed: receipt.time,
                due: due(receipt.time),
                state: AppealState::Open,
                answer: None,
            },
            Err(error) if is_repeated(&error) => {
                let since = self.entry_of(&grounds.notice)? / ROUND * ROUND;
                let found = ledger.appeals(since)?;
                let found = own(&found, &network, self.content.person(label)?);
                let same = |appeal: &PublicAppeal| appeal.notice == grounds.notice;
                found.into_iter().find(same).ok_or(error)?
            }
            Err(error) => return Err(error.into()),
        };
        let person = self.content.person_mut(label)?;
        person.appeals.push(filed.clone());
        self.save()?;
        Ok(filed)
    }

    fn entry_of(&self, notice: &NoticeId) -> Result<u64, WalletError> {
        let mut notices = self.seen()?.notices.iter();
        let found = notices.find(|n| n.id == *notice);
        found.map(|n| n.entry).ok_or(WalletError::NoticeNotLive)
    }

    fn prove_appeal(
        &self,
        label: Option<&str>,
        grounds: &Grounds,
        ledger: &impl Ledger,
        prover: &impl Prover,
    ) -> Result<Appeal, WalletError> {
        let person = self.content.person(label)?;
        let (held, seen) = (person.held()?, self.seen()?);
        let (network, day) = (self.network(), seen.at.day());
        self.entry_of(&grounds.notice)?;
        let released = seen.releases.iter().map(|release| &release.0.values);
        let released = released
            .filter(|values| values.notice == grounds.notice && values.day == day)
            .map(|values| values.handle)
            .next();
        let released = released.ok_or(WalletError::AppealNotYet(day))?;
        let sk = person.secret();
        let note = held.note(&sk);
        if released != day_handle(&note.rh, day) {
            return Err(WalletError::NotAboutYou);
        }
        let view = ForestView::load(ledger, &self.content.parameters.0, self.heard()?)?;
        let Footing { named, root, path } = view.footing(held.leaf, self.epoch_wait_s())?;
        let statement = grounds.file.map(|file| {
            let salt = statement_salt(&sk, &grounds.notice);
            StatementCommitment::of(&file, &salt)
        });
        let body = AppealBody {
            notice: grounds.notice,
            day,
            root: named,
            reason: grounds.reason,
            statement,
        };
        let private = Private { sk, note, path };
        let public = private.public(&Occasion {
            root,
            policy: PackedPolicy::from_value(ASKS_NOTHING),
            risk: Itinerary::default(),
            day,
            scope: body.scope(&network),
            binding: body.binding(&network),
        });
        let proof = prover.pass(&public, &private)?;
        Ok(Appeal {
            body,
            nym: public.nym,
            proof,
        })
    }

    /// Looks what became of the person's appeals; finds those that this wallet does not know of, too. Asks the node only
    /// where a notice about the person is live or an appeal is not settled.
    ///
    /// # Errors
    /// Those of the node and of writing.
    pub fn follow_appeals(
        &mut self,
        label: Option<&str>,
        ledger: &impl Ledger,
    ) -> Result<Vec<PublicAppeal>, WalletError> {
        let network = self.network();
        let person = self.content.person(label)?;
        let now = self.seen()?.at;
        let Some(since) = self.follows_since(person, now.day()) else {
            return Ok(person.appeals.clone());
        };
        let found = own(&ledger.appeals(since)?, &network, person);
        let person = self.content.person_mut(label)?;
        let before = person.appeals.clone();
        person
            .appeals
            .retain(|kept| !found.iter().any(|appeal| appeal.entry == kept.entry));
        person.appeals.extend(found);
        person
            .appeals
            .retain(|appeal| !is_long_settled(appeal, now));
        person.appeals.sort_by_key(|appeal| appeal.entry);
        let appeals = person.appeals.clone();
        if appeals != before {
            self.save()?;
        }
        Ok(appeals)
    }

    /// From which entry on there is something to be looked for: none where nothing is open.
    fn follows_since(&self, person: &Person, today: Day) -> Option<u64> {
        let (held, seen) = (person.note.as_ref()?, self.content.seen.as_ref()?);
        let about = super::status::notices_about(person, held, seen, today);
        let of_notice = seen
            .notices
            .iter()
            .filter(|n| about.iter().any(|mine| mine.notice == n.id))
            .map(|n| n.entry);
        let unsettled = person
            .appeals
            .iter()
            .filter(|appeal| appeal.answer.is_none())
            .map(|appeal| appeal.entry.0.saturating_sub(1));
        let first = of_notice.chain(unsettled).min()?;
        Some(first / ROUND * ROUND)
    }

    /// What the office needs beside the file to find it in the appeal.
    ///
    /// # Errors
    /// Those of finding the person.
    pub fn statement_salt(
        &self,
        label: Option<&str>,
        notice: &NoticeId,
    ) -> Result<StatementSalt, WalletError> {
        let person = self.content.person(label)?;
        Ok(statement_salt(&person.secret(), notice))
    }
}

impl PublicAppeal {
    /// How it stands at a moment, as far as is known: the clock runs on while nobody is connected.
    #[must_use]
    pub fn state_at(&self, now: Timestamp) -> AppealState {
        match self.state {
            AppealState::Open if now > self.due => AppealState::Overdue,
            state => state,
        }
    }
}

fn is_repeated(error: &ClientError) -> bool {
    error.problem().is_some_and(|p| p.kind == REPEATED)
}

fn is_long_settled(appeal: &PublicAppeal, now: Timestamp) -> bool {
    let settled = appeal.answer.as_ref().map(|answer| answer.time);
    settled.is_some_and(|time| time.plus_ms(KEPT_DAYS * DAY_MS) < now)
}

/// Those that bear the person's name.
fn own(appeals: &[PublicAppeal], network: &NetworkId, person: &Person) -> Vec<PublicAppeal> {
    let sk = person.secret();
    let name = |notice: &NoticeId| -> Nym { scope::nym(&sk, scope::appeal(network, notice)) };
    let mine = |appeal: &&PublicAppeal| appeal.nym == name(&appeal.notice);
    appeals.iter().filter(mine).cloned().collect()
}

/// From the secret, so that a restored wallet can tell it again.
fn statement_salt(sk: &IdentitySecret, notice: &NoticeId) -> StatementSalt {
    let secret = Zeroizing::new(field::to_bytes(&sk.expose()));
    let digest = Sha256::new()
        .chain_update(b"luyin/v1/statement-salt\0")
        .chain_update(secret.as_ref())
        .chain_update(notice.as_bytes())
        .finalize();
    let mut salt = [0; 16];
    for (to, from) in salt.iter_mut().zip(digest) {
        *to = from;
    }
    StatementSalt::from_bytes(salt)
}
