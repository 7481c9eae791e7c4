//! Alarms about issuers, as the node works them out (clause 7.9b).

use luyin_protocol::attestation::AttestationKind;
use luyin_protocol::did::Did;
use luyin_protocol::time::Day;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::AuditError;
use crate::client::{NodeClient, Transport};

/// An alarm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alarm {
    /// Its name.
    pub alarm: String,
    /// About whom.
    pub organisation: Did,
    /// `registrar` or `attester`.
    pub role: String,
    /// What it attests; `None` where all kinds are counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<AttestationKind>,
    /// How many it issued, or enrolled, on the day.
    pub count: u64,
    /// Its quota.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota: Option<u32>,
    /// The median of its last active days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usual: Option<u64>,
    /// How many of the day's it took back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_back: Option<u64>,
    /// For how many days it had issued nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub silent_days: Option<u16>,
    /// In words.
    pub explanation: String,
}

impl Alarm {
    /// For people.
    #[must_use]
    pub fn line(&self) -> String {
        let kind = self.kind.map(kind_word).unwrap_or_default();
        format!(
            "{}  {} {}{kind}: {}",
            self.alarm, self.organisation, self.role, self.explanation
        )
    }
}

const fn kind_word(kind: AttestationKind) -> &'static str {
    match kind {
        AttestationKind::Test => " (test)",
        AttestationKind::Vaccination => " (vaccination)",
        AttestationKind::Itinerary => " (itinerary)",
        AttestationKind::Reading => " (reading)",
    }
}

/// A day's alarms.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DayAlarms {
    /// The day.
    pub day: Day,
    /// What they were measured against.
    pub thresholds: Value,
    /// How many accreditations were looked at.
    pub looked_at: u64,
    /// The alarms.
    pub alarms: Vec<Alarm>,
}

/// The alarms of a day; without one, of the node's today.
pub fn alarms<T: Transport>(
    node: &NodeClient<T>,
    day: Option<Day>,
) -> Result<DayAlarms, AuditError> {
    let query = day.map(|day| format!("?day={day}")).unwrap_or_default();
    let answer: DayAlarms = node.audit(&format!("/v1/audit/alarms{query}"))?;
    if day.is_some_and(|day| day != answer.day) {
        return Err(AuditError::DoesNotHold(
            "alarms of another day than the one asked for",
        ));
    }
    Ok(answer)
}
