//! Why the wallet has its colour, and whether it would be let in elsewhere or on another day: any published policy, clause
//! by clause, with what is shown at the gate and what else a gate looks at. Needs no network.
//!
//! What a venue asks for is not on the ledger, its gates are set to it: the holder names the policy.

use super::outlook::{FORESEEN_DAYS, Outlook};
use super::status::notices_about;
use super::{
    ClauseStanding, HeldNote, NoticeAboutMe, PassFor, Person, PolicyStanding, PublicData,
    ReadyPass, Vault, Wallet, WalletError, iso,
};
use crate::rulebook::{RuleStanding, Rulebook, data};
use luyin_protocol::did::Did;
use luyin_protocol::pass::PassMode;
use luyin_protocol::policy::Policy;
use luyin_protocol::time::{Day, Timestamp};
use serde::Serialize;
use serde_json::Value as Json;

/// What is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WhyAsked {
    /// One policy, in effect or only published; none for all in effect.
    pub policy: Option<u16>,
    /// A venue, for the passes that are at hand for it.
    pub venue: Option<Did>,
    /// Today or a later day; none for today.
    pub day: Option<Day>,
}

/// Whether a gate would let the holder in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Admission {
    /// Every clause holds and no notice is live.
    Yes,
    /// Every clause would hold with a normal check-in a day, the day's own among them.
    AfterCheckIns,
    /// Some clause does not hold on the day, whatever is checked in.
    No,
    /// A live notice about the holder bars the way; a person decides about an appeal.
    UnderNotice,
}

/// One version of a policy on the day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Precheck {
    /// Would it do?
    pub admission: Admission,
    /// Clause by clause.
    #[serde(flatten)]
    pub standing: PolicyStanding,
    /// The day that it is looked at on: the one asked about, or the one on which this version takes effect.
    #[serde(serialize_with = "iso::day")]
    pub day: Day,
    /// When this version takes effect.
    pub effective: Timestamp,
    /// The gate sees the mask, and a person compares it with an ID.
    pub shows_mask: bool,
    /// The gate's rotating code has to be typed in.
    pub gate_code: bool,
    /// A printed pass is taken as well.
    pub paper: bool,
    /// Unshown passes at hand for that day under this version, the venue's and walk-ins.
    pub passes: usize,
}

/// All of it, for one person and day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Why {
    /// Who.
    pub person: String,
    /// The day.
    #[serde(serialize_with = "iso::day")]
    pub day: Day,
    /// The venue that was named.
    pub venue: Option<Did>,
    /// As of when the public data are.
    pub as_of: Timestamp,
    /// The policies asked about.
    pub policies: Vec<Precheck>,
    /// Notices about the holder that are live on the day, as far as is known today.
    pub notices: Vec<NoticeAboutMe>,
}

impl<V: Vault> Wallet<V> {
    /// How a person stands towards policies on a day.
    ///
    /// # Errors
    /// Those of finding the person; [`WalletError::NotEnrolled`], [`WalletError::NeverSynced`]; [`WalletError::OutOfSight`]
    /// for a past day or one too far ahead; [`WalletError::PolicyNotInEffect`] for a number that was never published.
    pub fn why(
        &self,
        label: Option<&str>,
        asked: &WhyAsked,
        now: Timestamp,
    ) -> Result<Why, WalletError> {
        let Sight {
            person,
            held,
            seen,
            day,
        } = self.sight(label, asked.day, now)?;
        let mut notices = notices_about(person, held, seen, now.day());
        notices.retain(|notice| notice.until.is_none_or(|until| until >= day));
        let outlook = Outlook::of(person, held, seen, now);
        let moment = now.max(day.start());
        let policies = versions(seen, asked.policy, moment)?;
        let precheck = |policy: &Policy| {
            let moment = moment.max(policy.effective);
            let (standing, day) = (outlook.towards(policy, moment), moment.day());
            Precheck {
                admission: admission(&standing, &notices, day),
                standing,
                day,
                effective: policy.effective,
                shows_mask: policy.predicates.show_mask,
                gate_code: policy.gate_code,
                paper: policy.paper,
                passes: at_hand(person, policy, asked.venue, day),
            }
        };
        Ok(Why {
            person: person.label.clone(),
            day,
            venue: asked.venue,
            as_of: seen.at,
            policies: policies.into_iter().map(precheck).collect(),
            notices,
        })
    }

    /// What each rule of a document says of a person's note on a day, in the rule's own words. A rulebook may come from
    /// anywhere: it explains a published policy only where its rules come to that very policy.
    ///
    /// # Errors
    /// Those of [`Wallet::why`]; [`WalletError::OtherRules`] for a rulebook of another policy.
    pub fn judge_by(
        &self,
        label: Option<&str>,
        book: &Rulebook,
        day: Option<Day>,
        now: Timestamp,
    ) -> Result<Vec<RuleStanding>, WalletError> {
        let note = self.rule_data(label, book.policy(), day, now)?;
        Ok(book.judge(&note))
    }

    /// A person's note on a day, as the rules of a published policy see it. It holds counts and days and no secret, and
    /// is given out for a policy that is on the ledger alone.
    ///
    /// # Errors
    /// Those of [`Wallet::judge_by`].
    pub fn rule_data(
        &self,
        label: Option<&str>,
        policy: &Policy,
        day: Option<Day>,
        now: Timestamp,
    ) -> Result<Json, WalletError> {
        let Sight {
            person: _,
            held,
            seen,
            day,
        } = self.sight(label, day, now)?;
        if !seen.policies.iter().any(|p| p.0 == *policy) {
            return Err(WalletError::OtherRules(policy.reference));
        }
        let moment = now.max(day.start()).max(policy.effective);
        let risk = seen.risk_at(moment);
        Ok(data(held.state(), held.itinerary(), risk, moment.day()))
    }

    /// A person's note before what was published, for today or a later day that can be foreseen.
    fn sight(
        &self,
        label: Option<&str>,
        day: Option<Day>,
        now: Timestamp,
    ) -> Result<Sight<'_>, WalletError> {
        let person = self.content.person(label)?;
        let held = person.held()?;
        let seen = self.content.seen.as_ref();
        let seen = seen.ok_or(WalletError::NeverSynced)?;
        let today = now.day();
        let day = day.unwrap_or(today);
        if day < today || day > today.plus(FORESEEN_DAYS) {
            return Err(WalletError::OutOfSight(day));
        }
        Ok(Sight {
            person,
            held,
            seen,
            day,
        })
    }
}

/// What is looked at, and on which day.
struct Sight<'a> {
    person: &'a Person,
    held: &'a HeldNote,
    seen: &'a PublicData,
    day: Day,
}

/// The versions in effect at the moment, and those that take effect before its day ends. A policy that is asked for by its
/// number and takes effect later still is looked at as it will be.
fn versions(
    seen: &PublicData,
    asked: Option<u16>,
    moment: Timestamp,
) -> Result<Vec<&Policy>, WalletError> {
    let is_asked = |p: &&Policy| asked.is_none_or(|id| p.reference.id == id);
    let published = || seen.policies.iter().map(|p| &p.0).filter(is_asked);
    let ends = moment.day().plus(1).start();
    let mut found = seen.policies_at(moment);
    found.retain(is_asked);
    found.extend(published().filter(|p| p.effective > moment && p.effective < ends));
    if found.is_empty() {
        let to_come = published().filter(|p| p.effective > moment);
        found.extend(to_come.min_by_key(|p| p.effective));
    }
    found.sort_by_key(|p| p.reference);
    match (found.is_empty(), asked) {
        (true, Some(id)) => Err(WalletError::PolicyNotInEffect(id)),
        (true, None) => Err(WalletError::NoPolicy),
        (false, _) => Ok(found),
    }
}

fn admission(standing: &PolicyStanding, notices: &[NoticeAboutMe], day: Day) -> Admission {
    let mended =
        |clause: &ClauseStanding| clause.met || clause.from.is_some_and(|from| from <= day);
    if !notices.is_empty() {
        Admission::UnderNotice
    } else if standing.met {
        Admission::Yes
    } else if standing.clauses.iter().all(mended) {
        Admission::AfterCheckIns
    } else {
        Admission::No
    }
}

fn at_hand(person: &Person, policy: &Policy, venue: Option<Did>, day: Day) -> usize {
    let fits = |ready: &&ReadyPass| {
        let pass = &ready.pass.0;
        let place = match ready.place {
            PassFor::Venue(of) => venue.is_none_or(|venue| venue == of),
            PassFor::WalkIn => true,
        };
        place
            && ready.shown.is_none()
            && (pass.policy, pass.day, pass.mode) == (policy.reference, day, PassMode::Screen)
    };
    person.passes.iter().filter(fits).count()
}
