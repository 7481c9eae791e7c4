//! What pages are shown of a wallet: days as YYYY-MM-DD, moments in milliseconds, no secret and no name on the ledger.

use crate::client::{AppealState, Encoded};
use crate::enrolment::surname_of;
use crate::wallet::{
    Admission, ClauseStanding, Consent, Contact, Disclosed, Draft, Form, HeldAttestation,
    NoticeAboutMe, Outcome, Person, PolicyStanding, Precheck, Proved, PublicData, Status, Symptom,
    TypedForm, WalletColour, Why,
};
use luyin_protocol::attestation::AttestationKind;
use luyin_protocol::did::Did;
use luyin_protocol::evidence::EvidenceKind;
use luyin_protocol::note::{DayStatus, Mask};
use luyin_protocol::policy::Policy;
use luyin_protocol::region::RegionTable;
use luyin_protocol::risk::NoticeClass;
use luyin_protocol::time::{Day, Slot, Timestamp};
use luyin_protocol::versioned::{Standing, standing};
use serde::Serialize;

fn iso(day: Day) -> Option<String> {
    (day > Day::new(0)).then(|| day.to_iso())
}

/// Surname and digits of a mask, as a guard compares them.
pub(super) fn shown_mask(mask: Mask) -> (String, String) {
    let surname = surname_of(mask.surname()).unwrap_or("-");
    (surname.to_owned(), format!("{:02}", mask.digits()))
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Enrolment {
    None,
    Requested,
    Enrolled,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PersonView<'a> {
    label: &'a str,
    surname: String,
    digits: String,
    employer: Option<Did>,
    enrolment: Enrolment,
    pending: bool,
    attestations: Vec<AttestationView>,
    last_form: Option<TypedForm>,
    slot: Option<Slot>,
    draft: Option<&'a Draft>,
    consents: &'a [Consent],
}

impl<'a> From<&'a Person> for PersonView<'a> {
    fn from(person: &'a Person) -> Self {
        let (surname, digits) = shown_mask(person.mask);
        let newest = person.note.as_ref().map(|held| held.state().slot);
        Self {
            label: &person.label,
            surname,
            digits,
            employer: person.employer,
            enrolment: match (&person.note, &person.request) {
                (Some(_), _) => Enrolment::Enrolled,
                (None, Some(_)) => Enrolment::Requested,
                (None, None) => Enrolment::None,
            },
            pending: person.pending.is_some(),
            attestations: person
                .attestations
                .iter()
                .map(AttestationView::from)
                .collect(),
            last_form: person.last_form.as_ref().map(typed),
            slot: newest.filter(|slot| slot.get() > 0),
            draft: person.draft.as_ref(),
            consents: &person.consents,
        }
    }
}

fn typed(form: &Form) -> TypedForm {
    let symptoms = form.symptoms.iter().copied().map(Symptom::slug);
    let contacts = form.contacts.iter().copied().map(Contact::slug);
    TypedForm {
        temperature: form.temperature.to_string(),
        symptoms: symptoms.map(str::to_owned).collect(),
        contacts: contacts.map(str::to_owned).collect(),
    }
}

#[derive(Serialize)]
pub(super) struct AttestationView {
    kind: &'static str,
    attester: Did,
    day: String,
}

impl From<&HeldAttestation> for AttestationView {
    fn from(held: &HeldAttestation) -> Self {
        let attestation = &held.attestation.0;
        Self {
            kind: match attestation.kind() {
                AttestationKind::Test => "test",
                AttestationKind::Vaccination => "dose",
                AttestationKind::Itinerary => "itinerary",
                AttestationKind::Reading => "reading",
            },
            attester: held.attester,
            day: attestation.day.to_iso(),
        }
    }
}

#[derive(Serialize)]
pub(super) struct StatusView<'a> {
    person: &'a str,
    colour: WalletColour,
    strongest: Option<String>,
    policies: Vec<PolicyStandingView<'a>>,
    notices: Vec<NoticeView<'a>>,
    as_of: Option<Timestamp>,
    pending: bool,
    passes: usize,
    attestations: usize,
    until: Option<Timestamp>,
}

#[derive(Serialize)]
struct PolicyStandingView<'a> {
    policy: String,
    name_zh: &'a str,
    name_en: &'a str,
    met: bool,
    clauses: &'a [ClauseStanding],
}

#[derive(Serialize)]
struct NoticeView<'a> {
    notice: String,
    class: Option<NoticeClass>,
    evidence_kind: Option<EvidenceKind>,
    clause: Option<&'a str>,
    until: Option<String>,
    appeal: Option<AppealInBrief>,
    appeal_zh: &'a str,
    appeal_en: &'a str,
}

/// The clock of the holder's own appeal against a notice.
#[derive(Serialize)]
struct AppealInBrief {
    due: Timestamp,
    state: AppealState,
}

impl<'a> From<&'a PolicyStanding> for PolicyStandingView<'a> {
    fn from(standing: &'a PolicyStanding) -> Self {
        Self {
            policy: standing.policy.to_string(),
            name_zh: &standing.name_zh,
            name_en: &standing.name_en,
            met: standing.met,
            clauses: &standing.clauses,
        }
    }
}

impl<'a> From<&'a NoticeAboutMe> for NoticeView<'a> {
    fn from(notice: &'a NoticeAboutMe) -> Self {
        Self {
            notice: notice.notice.to_string(),
            class: notice.class,
            evidence_kind: notice.evidence_kind,
            clause: notice.clause.as_deref(),
            until: notice.until.map(Day::to_iso),
            appeal: notice.appeal.as_ref().map(|appeal| AppealInBrief {
                due: appeal.due,
                state: appeal.state,
            }),
            appeal_zh: &notice.appeal_zh,
            appeal_en: &notice.appeal_en,
        }
    }
}

impl<'a> From<&'a Status> for StatusView<'a> {
    fn from(status: &'a Status) -> Self {
        Self {
            person: &status.person,
            colour: status.colour,
            strongest: status.strongest.map(|policy| policy.to_string()),
            policies: status
                .policies
                .iter()
                .map(PolicyStandingView::from)
                .collect(),
            notices: status.notices.iter().map(NoticeView::from).collect(),
            as_of: status.as_of,
            pending: status.pending,
            passes: status.passes,
            attestations: status.attestations,
            until: status.until,
        }
    }
}

#[derive(Serialize)]
pub(super) struct WhyView<'a> {
    day: String,
    as_of: Timestamp,
    policies: Vec<PrecheckView<'a>>,
    notices: Vec<NoticeView<'a>>,
}

#[derive(Serialize)]
struct PrecheckView<'a> {
    admission: Admission,
    standing: PolicyStandingView<'a>,
    day: String,
    effective: Timestamp,
    shows_mask: bool,
    gate_code: bool,
    paper: bool,
    passes: usize,
}

impl<'a> From<&'a Why> for WhyView<'a> {
    fn from(why: &'a Why) -> Self {
        Self {
            day: why.day.to_iso(),
            as_of: why.as_of,
            policies: why.policies.iter().map(PrecheckView::from).collect(),
            notices: why.notices.iter().map(NoticeView::from).collect(),
        }
    }
}

impl<'a> From<&'a Precheck> for PrecheckView<'a> {
    fn from(precheck: &'a Precheck) -> Self {
        Self {
            admission: precheck.admission,
            standing: PolicyStandingView::from(&precheck.standing),
            day: precheck.day.to_iso(),
            effective: precheck.effective,
            shows_mask: precheck.shows_mask,
            gate_code: precheck.gate_code,
            paper: precheck.paper,
            passes: precheck.passes,
        }
    }
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum OutcomeView {
    Accepted {
        entry: u64,
        height: u64,
        time: Timestamp,
    },
    AlreadyThere,
}

impl From<Outcome> for OutcomeView {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::AlreadyThere => Self::AlreadyThere,
            Outcome::Accepted { receipt } => Self::Accepted {
                entry: receipt.entry,
                height: receipt.height,
                time: receipt.time,
            },
        }
    }
}

#[derive(Serialize)]
pub(super) struct DisclosedView {
    slot: Slot,
    employer: Did,
    status: DayStatus,
    punctuality: crate::wallet::Punctuality,
    entry: Option<u64>,
}

impl From<&Disclosed> for DisclosedView {
    fn from(disclosed: &Disclosed) -> Self {
        Self {
            slot: disclosed.slot,
            employer: disclosed.employer,
            status: disclosed.status,
            punctuality: disclosed.punctuality,
            entry: disclosed.entry,
        }
    }
}

#[derive(Serialize)]
pub(super) struct ProvedView {
    made: usize,
    at_hand: usize,
    more: bool,
    unprovable: Vec<UnprovableView>,
}

#[derive(Serialize)]
struct UnprovableView {
    policy: String,
    reason: String,
}

impl From<Proved> for ProvedView {
    fn from(proved: Proved) -> Self {
        let unprovable = proved.unprovable.into_iter();
        Self {
            made: proved.made,
            at_hand: proved.at_hand,
            more: proved.more,
            unprovable: unprovable
                .map(|one| UnprovableView {
                    policy: one.policy.to_string(),
                    reason: one.reason,
                })
                .collect(),
        }
    }
}

#[derive(Serialize)]
pub(super) struct ItineraryView {
    day: Option<String>,
    regions: Vec<VisitedRegion>,
}

#[derive(Serialize)]
struct VisitedRegion {
    code: String,
    zh: String,
    en: String,
    risk: bool,
}

impl ItineraryView {
    /// The regions in a person's note, and which of them are on the risk list of the moment.
    pub(super) fn of(person: &Person, seen: Option<&PublicData>, now: Timestamp) -> Self {
        let Some(held) = &person.note else {
            return Self {
                day: None,
                regions: Vec::new(),
            };
        };
        let risk = seen.and_then(|seen| seen.risk_at(now));
        let table = RegionTable::embedded();
        let regions = held.itinerary().regions().filter_map(|index| {
            let region = table.by_index(index).ok()?;
            Some(VisitedRegion {
                code: region.code().to_string(),
                zh: region.name_zh().to_owned(),
                en: region.name_en().to_owned(),
                risk: risk.is_some_and(|list| list.regions.contains(index)),
            })
        });
        Self {
            day: iso(held.state().itin_day),
            regions: regions.collect(),
        }
    }
}

#[derive(Serialize)]
pub(super) struct PolicyView<'a> {
    id: u16,
    version: u16,
    name_zh: &'a str,
    name_en: &'a str,
    demands_code: bool,
    demands_mask: bool,
    paper: bool,
    standing: Standing,
}

/// The policies in effect at a moment, by number.
pub(super) fn policies(seen: &PublicData, now: Timestamp) -> Vec<PolicyView<'_>> {
    let current = seen.policies_at(now).into_iter();
    current
        .map(|policy| PolicyView::of(policy, seen, now))
        .collect()
}

/// The same and, of those that are not in effect yet, their first version.
pub(super) fn published(seen: &PublicData, now: Timestamp) -> Vec<PolicyView<'_>> {
    let mut all = seen.policies_at(now);
    let mut to_come: Vec<&Policy> = seen.policies.iter().map(|policy| &policy.0).collect();
    to_come.sort_by_key(|policy| (policy.effective, policy.reference));
    for policy in to_come {
        if !all.iter().any(|p| p.reference.id == policy.reference.id) {
            all.push(policy);
        }
    }
    all.sort_by_key(|policy| policy.reference);
    let all = all.into_iter();
    all.map(|policy| PolicyView::of(policy, seen, now))
        .collect()
}

impl<'a> PolicyView<'a> {
    fn of(policy: &'a Policy, seen: &PublicData, now: Timestamp) -> Self {
        let versions = seen.policies.iter().map(|Encoded(policy)| policy);
        Self {
            id: policy.reference.id,
            version: policy.reference.version,
            name_zh: &policy.name_zh,
            name_en: &policy.name_en,
            demands_code: policy.gate_code,
            demands_mask: policy.predicates.show_mask,
            paper: policy.paper,
            standing: standing(policy, versions, now),
        }
    }
}
