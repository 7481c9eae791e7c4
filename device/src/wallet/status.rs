//! What the wallet can say of itself: which policies it meets, clause by clause, and why not; notices about its holder.
//!
//! A colour is never stored or sent: it is worked out here from the note and the public data, in the words of the clauses.

use super::clause::Evidence;
use super::outlook::{FORESEEN_DAYS, Outlook};
use super::{HeldNote, Person, PublicData, Vault, Wallet, WalletError, iso};
use crate::client::PublicAppeal;
use ark_bn254::Fr;
use luyin_protocol::appeal::APPEAL_HOURS;
use luyin_protocol::evidence::EvidenceKind;
use luyin_protocol::field::DayHandle;
use luyin_protocol::hash::{Tag, hash};
use luyin_protocol::note::RevocationHandle;
use luyin_protocol::policy::{Policy, PolicyRef};
use luyin_protocol::risk::{NoticeClass, NoticeId};
use luyin_protocol::time::{Day, Timestamp};
use serde::Serialize;

/// The wallet's colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WalletColour {
    /// Every policy asked about is met.
    Green,
    /// Some are.
    Yellow,
    /// None is, or a notice is live.
    Red,
    /// Not enrolled, or the ledger was never seen.
    Grey,
}

/// One clause of a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClauseStanding {
    /// The clause of section 5.6.
    pub clause: char,
    /// Whether it holds.
    pub met: bool,
    /// What is asked, and what is there, in Chinese.
    pub zh: String,
    /// The same in English.
    pub en: String,
    /// By what it is met, or what is missing.
    pub evidence: Evidence,
    /// Until when it holds if nothing is done; none where it does not hold, or no end is foreseen.
    pub until: Option<Timestamp>,
    /// Where it does not hold: from which day on it would, with a normal check-in every day.
    #[serde(serialize_with = "iso::maybe")]
    pub from: Option<Day>,
    /// Where it does not hold: what to do and whom to ask, in Chinese.
    pub todo_zh: Option<String>,
    /// The same in English.
    pub todo_en: Option<String>,
}

/// One policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PolicyStanding {
    /// Which.
    pub policy: PolicyRef,
    /// Its Chinese name.
    pub name_zh: String,
    /// Its English name.
    pub name_en: String,
    /// Whether every clause holds.
    pub met: bool,
    /// The clauses that the policy demands.
    pub clauses: Vec<ClauseStanding>,
}

/// A live notice about the holder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NoticeAboutMe {
    /// Which.
    pub notice: NoticeId,
    /// What kind.
    pub class: Option<NoticeClass>,
    /// What kind of evidence it rests on.
    pub evidence_kind: Option<EvidenceKind>,
    /// The clause it rests on.
    pub clause: Option<String>,
    /// Its last day.
    pub until: Option<Day>,
    /// The person's own appeal against it, as it stood when it was last looked at.
    pub appeal: Option<PublicAppeal>,
    /// Whom to ask, in Chinese.
    pub appeal_zh: String,
    /// Whom to ask.
    pub appeal_en: String,
}

/// All of it, for one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Status {
    /// Who.
    pub person: String,
    /// The colour.
    pub colour: WalletColour,
    /// The strongest policy met.
    pub strongest: Option<PolicyRef>,
    /// Each policy asked about.
    pub policies: Vec<PolicyStanding>,
    /// Live notices about the holder.
    pub notices: Vec<NoticeAboutMe>,
    /// As of when the public data are.
    pub as_of: Option<Timestamp>,
    /// Whether a transaction is pending.
    pub pending: bool,
    /// Unshown passes at hand for today.
    pub passes: usize,
    /// Attestations not yet absorbed.
    pub attestations: usize,
    /// From when on the colour is another one if nothing is done: the next check-in is due before. None where it does not end by
    /// itself.
    pub until: Option<Timestamp>,
}

impl<V: Vault> Wallet<V> {
    /// How a person stands towards one policy, or all in effect. Needs no network.
    ///
    /// # Errors
    /// Those of finding the person; [`WalletError::PolicyNotInEffect`].
    pub fn status(
        &self,
        label: Option<&str>,
        policy: Option<u16>,
        now: Timestamp,
    ) -> Result<Status, WalletError> {
        let person = self.content.person(label)?;
        let today = now.day();
        let ready = |r: &&super::ReadyPass| r.pass.0.day == today && r.shown.is_none();
        let mut status = Status {
            person: person.label.clone(),
            colour: WalletColour::Grey,
            strongest: None,
            policies: Vec::new(),
            notices: Vec::new(),
            as_of: None,
            pending: person.pending.is_some(),
            passes: person.passes.iter().filter(ready).count(),
            attestations: person.attestations.len(),
            until: None,
        };
        let (Some(held), Some(seen)) = (&person.note, &self.content.seen) else {
            return Ok(status);
        };
        let mut policies = seen.policies_at(now);
        if let Some(id) = policy {
            policies.retain(|p| p.reference.id == id);
            if policies.is_empty() {
                return Err(WalletError::PolicyNotInEffect(id));
            }
        }
        status.as_of = Some(seen.at);
        let outlook = Outlook::of(person, held, seen, now);
        let standing = |p: &&Policy| outlook.towards(p, now);
        status.policies = policies.iter().map(standing).collect();
        status.notices = notices_about(person, held, seen, today);
        let met = |p: &&&Policy| {
            status
                .policies
                .iter()
                .any(|s| s.policy == p.reference && s.met)
        };
        let provable: Vec<&Policy> = policies.iter().filter(met).copied().collect();
        status.strongest = strongest(&provable).map(|p| p.reference);
        if status.notices.is_empty() {
            status.colour = colour(provable.len(), policies.len());
            status.until = ends(policy, &outlook, status.colour);
        } else {
            status.colour = WalletColour::Red;
        }
        Ok(status)
    }
}

const fn colour(met: usize, asked: usize) -> WalletColour {
    match met {
        0 => WalletColour::Red,
        n if n == asked => WalletColour::Green,
        _ => WalletColour::Yellow,
    }
}

/// The first midnight at which a colour is another one, with this note and what is published. Red ends by doing something.
fn ends(policy: Option<u16>, outlook: &Outlook<'_>, current: WalletColour) -> Option<Timestamp> {
    if current == WalletColour::Red {
        return None;
    }
    let days = (1..=FORESEEN_DAYS).map(|ahead| outlook.now.day().plus(ahead));
    days.map(Day::start).find(|moment| {
        let mut policies = outlook.seen.policies_at(*moment);
        policies.retain(|p| policy.is_none_or(|id| p.reference.id == id));
        let met = policies.iter().filter(|p| outlook.is_met(p, *moment));
        colour(met.count(), policies.len()) != current
    })
}

/// A policy that no other one demands more than; the lowest number among equals.
fn strongest<'a>(policies: &[&'a Policy]) -> Option<&'a Policy> {
    let stronger = |a: &Policy, b: &Policy| demands_all_of(a, b) && !demands_all_of(b, a);
    policies
        .iter()
        .filter(|p| !policies.iter().any(|other| stronger(other, p)))
        .min_by_key(|p| p.reference)
        .copied()
}

/// Whether whoever meets `a` meets `b`, clause by clause.
fn demands_all_of(a: &Policy, b: &Policy) -> bool {
    let (a, b) = (&a.predicates, &b.predicates);
    let at_most = |a: Option<u16>, b: Option<u16>| match (a, b) {
        (_, None) => true,
        (Some(a), Some(b)) => a <= b,
        (None, Some(_)) => false,
    };
    let counted = a.window_a & !b.window_a == 0 && a.min_normal >= b.min_normal;
    let clean = b.window_b & !a.window_b == 0;
    let either = match (b.max_test_age, b.min_doses) {
        (None, None) => true,
        (tests, doses) => {
            let demanded = a.max_test_age.is_some() || a.min_doses.is_some();
            let by_test = a.max_test_age.is_none_or(|x| tests.is_some_and(|y| x <= y));
            let by_doses = a.min_doses.is_none_or(|x| doses.is_some_and(|y| x >= y));
            demanded && by_test && by_doses
        }
    };
    a.slot_lag <= b.slot_lag
        && counted
        && clean
        && either
        && at_most(a.max_reading_age, b.max_reading_age)
        && at_most(a.max_itinerary_age, b.max_itinerary_age)
        && a.fresh_horizon >= b.fresh_horizon
        && a.fresh_normal >= b.fresh_normal
}

/// `rh_day = H_RevDay(rh, day)`.
pub(super) fn day_handle(rh: &RevocationHandle, day: Day) -> DayHandle {
    DayHandle::from_value(hash(Tag::RevDay, &[rh.expose(), Fr::from(day.get())]))
}

pub(super) fn notices_about(
    person: &Person,
    held: &HeldNote,
    seen: &PublicData,
    day: Day,
) -> Vec<NoticeAboutMe> {
    let mine = day_handle(&held.note(&person.secret()).rh, day);
    let of_me = seen
        .releases
        .iter()
        .map(|r| &r.0.values)
        .filter(|v| v.day == day && v.handle == mine);
    of_me
        .map(|values| {
            let notice = seen.notices.iter().find(|n| n.id == values.notice);
            NoticeAboutMe {
                notice: values.notice,
                class: notice.map(|n| n.class),
                evidence_kind: notice.and_then(|n| n.evidence_kind),
                clause: notice.map(|n| n.clause.clone()),
                until: notice.map(|n| n.until),
                appeal: person
                    .appeals
                    .iter()
                    .find(|appeal| appeal.notice == values.notice)
                    .cloned(),
                appeal_zh: format!("可在钱包里向发布机关申诉，{APPEAL_HOURS} 小时内答复；也可到发布机关，出示告知编号"),
                appeal_en: format!(
                    "appeal in the wallet: the authority answers within {APPEAL_HOURS} hours; or go there with the notice's number"
                ),
            }
        })
        .collect()
}
