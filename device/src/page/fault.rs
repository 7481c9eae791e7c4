//! Refusals as the pages get them: a stable name, the library's English, and the numbers that words may need.

use crate::attester::{CardFault, RowError};
use crate::audit::AuditError;
use crate::client::{ClientError, ResolveError};
use crate::enrolment::DeskError;
use crate::gate::GateError;
use crate::qr::TooLong;
use crate::wallet::WalletError;
use serde::Serialize;
use serde_json::{Map, Value};
use std::fmt::Display;
use std::io;

/// Why a call did not do what was asked.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fault {
    /// A stable name.
    pub slug: String,
    /// In English.
    pub message: String,
    /// Numbers and short texts.
    pub detail: Map<String, Value>,
}

impl Fault {
    /// A fault without details.
    #[must_use]
    pub fn new(slug: &str, message: impl Into<String>) -> Self {
        Self {
            slug: slug.to_owned(),
            message: message.into(),
            detail: Map::new(),
        }
    }

    /// Arguments that are not what the call takes: the page is of another version.
    pub(super) fn arguments(error: &impl Display) -> Self {
        Self::new("other_version", error.to_string())
    }

    /// A text that should name an organisation or a person.
    pub(super) fn did(slug: &str, text: &str) -> Self {
        Self::new(slug, format!("{text:?} is no identifier"))
    }

    fn of(slug: &str, error: &impl Display) -> Self {
        Self::new(slug, error.to_string())
    }

    pub(super) fn detailed(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.detail.insert(name.to_owned(), value.into());
        self
    }
}

/// Storage that is full is told apart from storage that fails.
fn disk(slug: &str, error: &io::Error) -> Fault {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            Fault::of("storage_full", error)
        }
        _ => Fault::of(slug, error),
    }
}

impl From<&ClientError> for Fault {
    fn from(error: &ClientError) -> Self {
        let fault = Self::of(error.slug(), error);
        match error.problem() {
            None => fault,
            Some(problem) => fault
                .detailed("problem", problem.slug())
                .detailed("status", problem.status),
        }
    }
}

impl From<ClientError> for Fault {
    fn from(error: ClientError) -> Self {
        Self::from(&error)
    }
}

impl From<WalletError> for Fault {
    fn from(error: WalletError) -> Self {
        let fault = Self::of(error.slug(), &error);
        match &error {
            WalletError::Disk(source) => disk(error.slug(), source),
            WalletError::Node(source) => source.into(),
            WalletError::WaitForEpoch(seconds) => fault.detailed("seconds", *seconds),
            WalletError::SlotClosed { slot, closed } => fault
                .detailed("slot", slot.get())
                .detailed("closed", *closed),
            WalletError::SlotAhead(slot)
            | WalletError::AlreadyCheckedIn(slot)
            | WalletError::EarlierSlot(slot) => fault.detailed("slot", slot.get()),
            WalletError::PolicyNotInEffect(policy) => fault.detailed("policy", *policy),
            WalletError::NoPass { policy, day } => fault
                .detailed("policy", *policy)
                .detailed("day", day.to_iso()),
            WalletError::NoPaper(policy) => fault.detailed("policy", policy.to_string()),
            _ => fault,
        }
    }
}

impl From<GateError> for Fault {
    fn from(error: GateError) -> Self {
        let fault = Self::of(error.slug(), &error);
        match &error {
            GateError::Disk(source) => disk(error.slug(), source),
            GateError::Node(source) => source.into(),
            GateError::BatchNumber { expected, held } => fault
                .detailed("expected", *expected)
                .detailed("held", *held),
            _ => fault,
        }
    }
}

impl From<AuditError> for Fault {
    fn from(error: AuditError) -> Self {
        match &error {
            AuditError::Client(source) => source.into(),
            _ => Self::of(error.slug(), &error),
        }
    }
}

impl From<ResolveError> for Fault {
    fn from(error: ResolveError) -> Self {
        match &error {
            ResolveError::Client(source) => source.into(),
            ResolveError::Deactivated(_) => Self::of("deactivated_did", &error),
            ResolveError::Resolution(_) => Self::of("unreadable", &error),
        }
    }
}

impl From<RowError> for Fault {
    fn from(error: RowError) -> Self {
        Self::of(error.slug(), &error)
    }
}

impl From<CardFault> for Fault {
    fn from(error: CardFault) -> Self {
        Self::of(error.slug(), &error)
    }
}

impl From<DeskError> for Fault {
    fn from(error: DeskError) -> Self {
        Self::of(error.slug(), &error)
    }
}

impl From<TooLong> for Fault {
    fn from(error: TooLong) -> Self {
        Self::of("too_long", &error)
    }
}
