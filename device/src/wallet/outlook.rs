//! What becomes of a policy's clauses as days pass: until when one holds with this note and what is published, and from
//! when on one would hold if its holder checked in normally every day.

use super::clause::{Evidence, Finding, Looked, Mending, advice, findings, told};
use super::{ClauseStanding, HeldNote, Person, PolicyStanding, PublicData};
use luyin_protocol::attestation::AttestationKind;
use luyin_protocol::note::{DayStatus, MAX_SLEEP, NoteState};
use luyin_protocol::policy::Policy;
use luyin_protocol::time::{Day, Slot, Timestamp};

/// How far ahead is looked: twice a history and more.
pub(super) const FORESEEN_DAYS: u16 = 30;
/// Days after which a history is another one.
const HISTORY: u16 = 14;

/// A note before what was published.
pub(super) struct Outlook<'a> {
    pub(super) seen: &'a PublicData,
    pub(super) note: Looked<'a>,
    /// The moment it is looked from.
    pub(super) now: Timestamp,
    /// Kinds of attestations that were received and not taken in.
    pub(super) waiting: Vec<AttestationKind>,
}

impl<'a> Outlook<'a> {
    /// Of a person's newest note.
    pub(super) fn of(
        person: &Person,
        held: &'a HeldNote,
        seen: &'a PublicData,
        now: Timestamp,
    ) -> Self {
        let note = Looked {
            state: held.state(),
            itinerary: held.itinerary(),
        };
        let waiting = person.attestations.iter();
        Self {
            seen,
            note,
            now,
            waiting: waiting.map(|held| held.attestation.0.kind()).collect(),
        }
    }

    /// How the note stands towards the policy at a moment, today's or a later one.
    pub(super) fn towards(&self, policy: &Policy, moment: Timestamp) -> PolicyStanding {
        let found = self.at(policy, self.note.state, moment);
        let met = found.iter().all(|finding| finding.met);
        let later = self.later(policy, moment);
        let checked_in = if met {
            Vec::new()
        } else {
            self.with_check_ins(policy, moment)
        };
        let clauses = found
            .into_iter()
            .map(|finding| self.standing(finding, &later, &checked_in));
        PolicyStanding {
            policy: policy.reference,
            name_zh: policy.name_zh.clone(),
            name_en: policy.name_en.clone(),
            met,
            clauses: clauses.collect(),
        }
    }

    /// Whether every clause holds at a moment.
    pub(super) fn is_met(&self, policy: &Policy, moment: Timestamp) -> bool {
        let found = self.at(policy, self.note.state, moment);
        found.iter().all(|finding| finding.met)
    }

    fn at(&self, policy: &Policy, state: &NoteState, moment: Timestamp) -> Vec<Finding> {
        let note = Looked { state, ..self.note };
        let risk = self.seen.risk_at(moment);
        findings(&policy.predicates, note, risk, moment.day())
    }

    fn standing(
        &self,
        finding: Finding,
        later: &[(Timestamp, Vec<Finding>)],
        checked_in: &[(Day, Vec<Finding>)],
    ) -> ClauseStanding {
        let Finding { evidence, met } = finding;
        // What is no longer demanded fails no more.
        let fails = |all: &[Finding]| {
            let mut all = all.iter();
            all.any(|f| f.evidence.is_like(&evidence) && !f.met)
        };
        let until = met.then(|| later.iter().find(|(_, all)| fails(all)));
        let until = until.flatten().map(|(moment, _)| *moment);
        let mending = (!met).then(|| {
            let mended = checked_in.iter().find(|(_, all)| !fails(all));
            match mended {
                _ if self.may_be_waiting(&evidence) => Mending::Waiting,
                Some((day, _)) => Mending::CheckIns(*day),
                None if self.is_asleep() => Mending::Asleep,
                None => Mending::Unknown,
            }
        });
        let from = match mending {
            Some(Mending::CheckIns(day)) => Some(day),
            _ => None,
        };
        let (said, todo) = (told(&evidence), mending.map(|how| advice(&evidence, how)));
        let (todo_zh, todo_en) = todo.map(|todo| (todo.zh, todo.en)).unzip();
        ClauseStanding {
            clause: evidence.clause(),
            met,
            zh: said.zh,
            en: said.en,
            evidence,
            until,
            from,
            todo_zh,
            todo_en,
        }
    }

    /// The clauses at every later moment at which they may change: each midnight, and whenever what is published takes
    /// effect. A later version of the policy counts once it is in effect.
    fn later(&self, policy: &Policy, moment: Timestamp) -> Vec<(Timestamp, Vec<Finding>)> {
        let days = (1..=FORESEEN_DAYS).map(|ahead| moment.day().plus(ahead));
        let mut moments: Vec<Timestamp> = days.map(Day::start).collect();
        let last = moments.last().copied().unwrap_or(moment);
        let policies = self.seen.policies.iter().map(|p| p.0.effective);
        let lists = self.seen.risk_lists.iter().map(|l| l.0.effective);
        moments.extend(
            policies
                .chain(lists)
                .filter(|at| *at > moment && *at < last),
        );
        moments.sort_unstable();
        moments.dedup();
        let at = |moment: Timestamp| {
            let mut current = self.seen.policies_at(moment);
            current.retain(|p| {
                p.reference.id == policy.reference.id && p.reference > policy.reference
            });
            let then = current.first().copied().unwrap_or(policy);
            (moment, self.at(then, self.note.state, moment))
        };
        moments.into_iter().map(at).collect()
    }

    /// The clauses on the day of the moment and every day after it, had the holder checked in normally today and every
    /// morning from tomorrow on. Empty where the note can check in no more.
    fn with_check_ins(&self, policy: &Policy, moment: Timestamp) -> Vec<(Day, Vec<Finding>)> {
        if self.is_asleep() {
            return Vec::new();
        }
        let (today, first) = (self.now.day(), moment.day());
        // What lies more than a history before the first day has left it by then.
        let begin = today.max(first.minus(HISTORY));
        let mut state = *self.note.state;
        let mut all = Vec::new();
        for ahead in 0..=HISTORY.saturating_add(FORESEEN_DAYS) {
            let day = begin.plus(ahead);
            let [morning, _] = day.slots();
            state = after_checkin(&state, morning.max(self.now.slot()));
            if day >= first {
                let at = moment.max(day.start());
                all.push((day, self.at(policy, &state, at)));
            }
        }
        all
    }

    fn is_asleep(&self) -> bool {
        let slept = self
            .now
            .slot()
            .get()
            .saturating_sub(self.note.state.slot.get());
        slept > MAX_SLEEP
    }

    fn may_be_waiting(&self, evidence: &Evidence) -> bool {
        self.waiting.iter().any(|kind| match evidence {
            Evidence::TestOrDoses {
                test_since,
                doses_asked,
                ..
            } => match kind {
                AttestationKind::Test => test_since.is_some(),
                AttestationKind::Vaccination => doses_asked.is_some(),
                AttestationKind::Itinerary | AttestationKind::Reading => false,
            },
            Evidence::Reading { .. } => *kind == AttestationKind::Reading,
            Evidence::Itinerary { .. } | Evidence::Regions { list: Some(_), .. } => {
                *kind == AttestationKind::Itinerary
            }
            _ => false,
        })
    }
}

/// The note's state after a normal check-in (clauses 5.4.d to f); an earlier slot changes nothing.
fn after_checkin(old: &NoteState, slot: Slot) -> NoteState {
    if slot < old.slot {
        return *old;
    }
    let days = u32::from(slot.day().get().saturating_sub(old.slot.day().get()));
    let history = old.history.after_days(days);
    NoteState {
        slot,
        history: history.with_today_at_least(DayStatus::Normal),
        ..*old
    }
}
