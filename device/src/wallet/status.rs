//! What the wallet can say of itself: which policies it meets, clause by clause, and why not; notices about its holder.
//!
//! A colour is never stored or sent: it is worked out here from the note and the public data, in the words of the clauses.

use super::{HeldNote, Person, PublicData, Vault, Wallet, WalletError};
use ark_bn254::Fr;
use luyin_protocol::field::DayHandle;
use luyin_protocol::hash::{Tag, hash};
use luyin_protocol::note::{DayStatus, HISTORY_DAYS, NoteState};
use luyin_protocol::policy::{Policy, PolicyRef};
use luyin_protocol::region::RegionTable;
use luyin_protocol::risk::{NoticeClass, NoticeId, RiskList};
use luyin_protocol::time::{Day, Timestamp};
use serde::Serialize;

/// Within how many hours an appeal is answered.
pub const APPEAL_HOURS: u8 = 8;

/// How far ahead the end of a colour is looked for.
const FORESEEN_DAYS: u16 = 30;

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
    /// The clause it rests on.
    pub clause: Option<String>,
    /// Its last day.
    pub until: Option<Day>,
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
        status.policies = policies
            .iter()
            .map(|p| standing_towards(p, held, seen.risk_at(now), today))
            .collect();
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
            status.until = ends(policy, held, seen, now, status.colour);
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
fn ends(
    policy: Option<u16>,
    held: &HeldNote,
    seen: &PublicData,
    now: Timestamp,
    current: WalletColour,
) -> Option<Timestamp> {
    if current == WalletColour::Red {
        return None;
    }
    let days = (1..=FORESEEN_DAYS).map(|ahead| now.day().plus(ahead));
    days.map(Day::start).find(|moment| {
        let mut policies = seen.policies_at(*moment);
        policies.retain(|p| policy.is_none_or(|id| p.reference.id == id));
        let risk = seen.risk_at(*moment);
        let met = policies
            .iter()
            .filter(|p| standing_towards(p, held, risk, moment.day()).met);
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

fn days(window: u16) -> impl Iterator<Item = usize> {
    (0..HISTORY_DAYS).filter(move |i| window >> i & 1 == 1)
}

fn normal_days(state: &NoteState, window: u16) -> usize {
    days(window)
        .filter(|i| state.history.at(*i) == DayStatus::Normal)
        .count()
}

fn date(day: Day, never: &str) -> String {
    if day == Day::new(0) {
        never.to_owned()
    } else {
        day.to_iso()
    }
}

fn clause(clause: char, met: bool, zh: String, en: String) -> ClauseStanding {
    ClauseStanding {
        clause,
        met,
        zh,
        en,
    }
}

fn standing_towards(
    policy: &Policy,
    held: &HeldNote,
    risk: Option<&RiskList>,
    day: Day,
) -> PolicyStanding {
    let mut clauses = vec![
        recent_checkin(policy, held.state(), day),
        history(policy, held.state()),
    ];
    clauses.extend(test_or_doses(policy, held.state(), day));
    clauses.extend(ages(policy, held.state(), day));
    clauses.extend(fresh(policy, held.state(), day));
    clauses.push(regions(held, risk));
    PolicyStanding {
        policy: policy.reference,
        name_zh: policy.name_zh.clone(),
        name_en: policy.name_en.clone(),
        met: clauses.iter().all(|c| c.met),
        clauses,
    }
}

fn recent_checkin(policy: &Policy, state: &NoteState, day: Day) -> ClauseStanding {
    let first = day.slots()[0].minus(policy.predicates.slot_lag.into());
    let newest = state.newest_checkin();
    let last = newest.map_or_else(|| "-".to_owned(), |slot| slot.day().to_iso());
    let half = match newest {
        Some(slot) if slot.get().is_multiple_of(2) => "AM",
        Some(_) => "PM",
        None => "",
    };
    let asked = first.day().to_iso();
    clause(
        'c',
        state.slot >= first,
        format!("最近一次打卡不早于 {asked}；您的是 {last}"),
        format!("newest check-in not before {asked}; yours: {last} {half}"),
    )
}

fn history(policy: &Policy, state: &NoteState) -> ClauseStanding {
    let p = &policy.predicates;
    let normal = normal_days(state, p.window_a);
    let unwell = days(p.window_b)
        .filter(|i| state.history.at(*i) > DayStatus::Normal)
        .count();
    let (asked, counted) = (p.min_normal, p.window_a.count_ones());
    clause(
        'd',
        normal >= usize::from(asked) && unwell == 0,
        format!(
            "{counted} 天内至少 {asked} 天正常，且期间无症状；您有 {normal} 天正常，{unwell} 天异常"
        ),
        format!(
            "{asked} normal days of {counted}, none unwell; yours: {normal} normal, {unwell} unwell"
        ),
    )
}

fn test_or_doses(policy: &Policy, state: &NoteState, day: Day) -> Option<ClauseStanding> {
    let p = &policy.predicates;
    let since = p.max_test_age.map(|age| day.minus(age));
    let test = since.is_some_and(|from| state.test_ok && state.test_day >= from);
    let doses = p.min_doses.is_some_and(|n| state.dose_count >= n);
    let (mut zh, mut en) = (Vec::new(), Vec::new());
    if let Some(from) = since {
        zh.push(format!("{} 起检测阴性", from.to_iso()));
        en.push(format!("a negative test since {}", from.to_iso()));
    }
    if let Some(n) = p.min_doses {
        zh.push(format!("接种 {n} 剂"));
        en.push(format!("{n} doses"));
    }
    if zh.is_empty() {
        return None;
    }
    let result = match (state.test_day == Day::new(0), state.test_ok) {
        (true, _) => ("无", "none"),
        (false, true) => ("阴性", "negative"),
        (false, false) => ("阳性", "positive"),
    };
    let (last, count) = (date(state.test_day, "-"), state.dose_count);
    Some(clause(
        'e',
        test || doses,
        format!(
            "{}；您的检测：{}（{last}），接种 {count} 剂",
            zh.join(" 或 "),
            result.0
        ),
        format!(
            "{}; yours: test {} ({last}), {count} doses",
            en.join(" or "),
            result.1
        ),
    ))
}

fn ages(policy: &Policy, state: &NoteState, day: Day) -> Vec<ClauseStanding> {
    let p = &policy.predicates;
    let one = |age: Option<u16>, held: Day, zh: &str, en: &str| {
        let from = day.minus(age?);
        let (asked, yours) = (from.to_iso(), date(held, "-"));
        Some(clause(
            'f',
            held >= from,
            format!("{zh}不早于 {asked}；您的是 {yours}"),
            format!("{en} not before {asked}; yours: {yours}"),
        ))
    };
    let reading = one(
        p.max_reading_age,
        state.reading_day,
        "测温记录",
        "thermometer reading",
    );
    let itinerary = one(
        p.max_itinerary_age,
        state.itin_day,
        "行程卡",
        "itinerary card",
    );
    reading.into_iter().chain(itinerary).collect()
}

fn fresh(policy: &Policy, state: &NoteState, day: Day) -> Option<ClauseStanding> {
    let p = &policy.predicates;
    let from = day.minus(p.fresh_horizon).max(Day::new(1));
    if state.fresh_day < from {
        return None;
    }
    let (normal, asked) = (normal_days(state, u16::MAX), p.fresh_normal);
    Some(clause(
        'g',
        normal >= usize::from(asked),
        format!("重新注册后需 {asked} 天正常；您有 {normal} 天"),
        format!("{asked} normal days after a new enrolment; yours: {normal}"),
    ))
}

fn regions(held: &HeldNote, risk: Option<&RiskList>) -> ClauseStanding {
    let Some(risk) = risk else {
        return clause(
            'h',
            false,
            "尚无风险区名单".into(),
            "no risk list is in effect".into(),
        );
    };
    let met: Vec<_> = held
        .itinerary()
        .regions()
        .filter(|r| risk.regions.contains(*r))
        .filter_map(|r| RegionTable::embedded().by_index(r).ok())
        .collect();
    let zh: Vec<&str> = met.iter().map(|r| r.name_zh()).collect();
    let en: Vec<&str> = met.iter().map(|r| r.name_en()).collect();
    match met.as_slice() {
        [] => clause(
            'h',
            true,
            "未到访风险区".into(),
            "no risk region visited".into(),
        ),
        _ => clause(
            'h',
            false,
            format!(
                "到访过风险区：{}；跨境基站会有误差，可申请更正",
                zh.join("、")
            ),
            format!(
                "risk regions visited: {}; roaming causes errors, ask for a correction",
                en.join(", ")
            ),
        ),
    }
}

fn notices_about(
    person: &Person,
    held: &HeldNote,
    seen: &PublicData,
    day: Day,
) -> Vec<NoticeAboutMe> {
    let rh = held.note(&person.secret()).rh;
    let mine = DayHandle::from_value(hash(Tag::RevDay, &[rh.expose(), Fr::from(day.get())]));
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
                clause: notice.map(|n| n.clause.clone()),
                until: notice.map(|n| n.until),
                appeal_zh: format!("可向发布机关申诉，{APPEAL_HOURS} 小时内答复；请出示告知编号"),
                appeal_en: format!(
                    "appeal to the authority, which answers within {APPEAL_HOURS} hours; give the notice's number"
                ),
            }
        })
        .collect()
}
