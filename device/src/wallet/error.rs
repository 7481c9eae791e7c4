//! Why the wallet did not do what was asked, and what to do next.

use super::answers::AnswerError;
use super::vault::VaultError;
use crate::client::ClientError;
use luyin_protocol::codec::DecodeError;
use luyin_protocol::policy::PolicyRef;
use luyin_protocol::time::{Day, Slot};
use thiserror::Error;

/// A wallet's refusal or failure.
#[derive(Debug, Error)]
pub enum WalletError {
    /// Reading or writing its file failed.
    #[error("the wallet file: {0}")]
    Disk(#[from] std::io::Error),
    /// The file does not open.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// No wallet at the path.
    #[error("there is no wallet here; make one with `luyin wallet new`")]
    NoWallet,
    /// A wallet is there already.
    #[error("there is a wallet here already; choose another path, or move it away")]
    AlreadyThere,
    /// What the file holds is not a wallet's content.
    #[error("the wallet's content is not readable: {0}")]
    Content(#[from] serde_json::Error),
    /// The node was not reached or refused.
    #[error(transparent)]
    Node(#[from] ClientError),
    /// The node speaks for another network.
    #[error("the node is of another network than this wallet; give the node it was made for")]
    OtherNetwork,
    /// A label that nobody has.
    #[error(
        "nobody here is called {0:?}; see `luyin wallet status`, add with `luyin wallet add-person`"
    )]
    NoPerson(String),
    /// Several people, none named.
    #[error("several people are in this wallet; say whom you mean with --person")]
    WhichPerson,
    /// A label that somebody has.
    #[error("somebody here is called {0:?} already")]
    LabelTaken(String),
    /// A label that is empty or too long.
    #[error("a label has 1 to 40 letters")]
    Label,
    /// The person has no note.
    #[error(
        "not enrolled yet; take an enrolment request to a registrar (`enrol-request`), then `enrol-finish`"
    )]
    NotEnrolled,
    /// The person has a note already.
    #[error("enrolled already")]
    AlreadyEnrolled,
    /// No request was made.
    #[error("no enrolment was requested; run `enrol-request` first")]
    NoRequest,
    /// The enrolment on the ledger is not what was requested.
    #[error(
        "the ledger's enrolment is not the one this wallet asked for; go back to the registrar"
    )]
    OtherEnrolment,
    /// The ledger has no such enrolment.
    #[error(
        "the ledger does not have this enrolment yet; try again once the registrar has posted it"
    )]
    NotOnLedger,
    /// The note is newer than the newest epoch.
    #[error("the newest note is not under an epoch root yet; try again in {0} seconds")]
    WaitForEpoch(u64),
    /// The node's data contradict each other or a signature.
    #[error("the node's data do not hold: {0}; ask another node")]
    Untrusted(&'static str),
    /// A note on the ledger that this wallet cannot open.
    #[error("a later note was made by another wallet and cannot be opened here")]
    Unopenable,
    /// The network has no epoch yet.
    #[error("the network has no epoch root yet; try again in a minute")]
    NoEpoch,
    /// The note's tree has left the newest sixteen.
    #[error("the note is in an older tree; check in first, which makes a new one")]
    TooOld,
    /// The newest check-in is too long ago.
    #[error(
        "this note has slept too long: it could check in until {day} at the latest. A registrar renews it: the authority issues a superseded notice, and a person added anew (`add-person`) enrols with `enrol-request --again`",
        day = .0.to_iso()
    )]
    SleptTooLong(Day),
    /// An answer of the form.
    #[error(transparent)]
    Answer(#[from] AnswerError),
    /// The form was confirmed by nobody.
    #[error("the answers must be confirmed: add --confirm")]
    NotConfirmed,
    /// Nothing to repeat.
    #[error("there is no earlier check-in whose answers could be repeated; give --temperature")]
    NothingToRepeat,
    /// The slot has closed.
    #[error(
        "slot {slot} closed at {closed} ms and can no longer enter the history; a late statement goes to the employer alone (--late)"
    )]
    SlotClosed {
        /// which
        slot: Slot,
        /// when, in milliseconds since 1970
        closed: u64,
    },
    /// The slot has not begun.
    #[error("slot {0} has not begun")]
    SlotAhead(Slot),
    /// Checked in already, no worse than before.
    #[error("already checked in for slot {0}; a second one counts only where it is worse")]
    AlreadyCheckedIn(Slot),
    /// The newest check-in is later than that.
    #[error("a later slot than {0} is checked in already")]
    EarlierSlot(Slot),
    /// Another device of this wallet was faster.
    #[error("another device of this wallet was faster; nothing is lost, see `status`")]
    Overtaken,
    /// No policy in effect.
    #[error("no policy is in effect")]
    NoPolicy,
    /// A policy that is not known or not in effect.
    #[error("policy {0} is not in effect; see `luyin wallet policies`")]
    PolicyNotInEffect(u16),
    /// A day that is past or too far ahead.
    #[error("{} is not among the days that can be foreseen: today and the 30 after it", .0.to_iso())]
    OutOfSight(Day),
    /// Rules that come to another policy than the one published.
    #[error("these rules do not come to the published policy {0}, and explain nothing of it")]
    OtherRules(PolicyRef),
    /// The statement does not hold of this note.
    #[error("cannot be proved: {0}")]
    Unprovable(String),
    /// The prover failed.
    #[error("no proof could be made with these keys: {0}")]
    Prover(String),
    /// No pass at hand.
    #[error("no pass is at hand for policy {policy} on {day}; run `luyin wallet prove` while connected", day = day.to_iso())]
    NoPass {
        /// which policy
        policy: u16,
        /// which day
        day: Day,
    },
    /// All walk-in passes of the block are used.
    #[error("all walk-in passes of this part of the day are used; go to the manual lane")]
    WalkInsUsed,
    /// The policy takes no paper.
    #[error("policy {0} takes no printed passes")]
    NoPaper(PolicyRef),
    /// A policy demands the gate's code.
    #[error("this policy asks for the code that the gate displays: add --code")]
    GateCode,
    /// An attestation that is not of this wallet, or no attestation at all.
    #[error("this attestation cannot be taken: {0}")]
    Attestation(&'static str),
    /// Bytes that are not what they should be.
    #[error(transparent)]
    Bytes(#[from] DecodeError),
    /// A form that holds more than a form.
    #[error("this is no form")]
    DraftSize,
    /// A consent to something without a name.
    #[error("a purpose has 1 to 40 small letters, digits, - or _")]
    Consent,
    /// A notice that does not stand, to appeal against.
    #[error("there is no such notice any more: it is lifted or over")]
    NoticeNotLive,
    /// A notice about somebody else.
    #[error("this notice is about somebody else: only the person it is about can appeal")]
    NotAboutYou,
    /// The day's value of the notice is not published yet.
    #[error(
        "the trustees have not released {} for this notice yet, by whose value an appeal is recognised as yours; try again in a few minutes",
        .0.to_iso()
    )]
    AppealNotYet(Day),
    /// A field that needs a snapshot of the ledger.
    #[error("this wallet has not seen the ledger yet; run `luyin wallet sync` while connected")]
    NeverSynced,
}

impl WalletError {
    /// Whether nobody was reached: the wallet then goes by what it has seen.
    #[must_use]
    pub fn is_offline(&self) -> bool {
        matches!(self, Self::Node(error) if error.is_offline())
    }

    /// A stable name for the kind of error, by which pages find their words.
    #[must_use]
    pub const fn slug(&self) -> &'static str {
        match self {
            Self::Disk(..) => "wallet_disk",
            Self::Vault(error) => error.slug(),
            Self::NoWallet => "no_wallet",
            Self::AlreadyThere => "already_there",
            Self::Content(..) => "wallet_content",
            Self::Node(error) => error.slug(),
            Self::OtherNetwork => "other_network",
            Self::NoPerson(..) => "no_person",
            Self::WhichPerson => "which_person",
            Self::LabelTaken(..) => "label_taken",
            Self::Label => "label",
            Self::NotEnrolled => "not_enrolled",
            Self::AlreadyEnrolled => "already_enrolled",
            Self::NoRequest => "no_request",
            Self::OtherEnrolment => "other_enrolment",
            Self::NotOnLedger => "not_on_ledger",
            Self::WaitForEpoch(..) => "wait_for_epoch",
            Self::Untrusted(..) => "untrusted",
            Self::Unopenable => "unopenable",
            Self::NoEpoch => "no_epoch",
            Self::TooOld => "too_old",
            Self::SleptTooLong(..) => "slept_too_long",
            Self::Answer(error) => error.slug(),
            Self::NotConfirmed => "not_confirmed",
            Self::NothingToRepeat => "nothing_to_repeat",
            Self::SlotClosed { .. } => "slot_closed",
            Self::SlotAhead(..) => "slot_ahead",
            Self::AlreadyCheckedIn(..) => "already_checked_in",
            Self::EarlierSlot(..) => "earlier_slot",
            Self::Overtaken => "overtaken",
            Self::NoPolicy => "no_policy",
            Self::PolicyNotInEffect(..) => "policy_not_in_effect",
            Self::OutOfSight(..) => "out_of_sight",
            Self::OtherRules(..) => "other_rules",
            Self::Unprovable(..) => "unprovable",
            Self::Prover(..) => "prover",
            Self::NoPass { .. } => "no_pass",
            Self::WalkInsUsed => "walk_ins_used",
            Self::NoPaper(..) => "no_paper",
            Self::GateCode => "gate_code",
            Self::Attestation(..) => "attestation",
            Self::Bytes(..) => "wallet_bytes",
            Self::DraftSize => "draft_size",
            Self::Consent => "consent",
            Self::NoticeNotLive => "notice_not_live",
            Self::NotAboutYou => "not_about_you",
            Self::AppealNotYet(..) => "appeal_not_yet",
            Self::NeverSynced => "never_synced",
        }
    }
}

#[cfg(test)]
mod tests {
    /// Every slug that the sources of all errors of a device give out.
    fn slugs() -> Vec<&'static str> {
        let sources = [
            include_str!("answers.rs"),
            include_str!("error.rs"),
            include_str!("vault.rs"),
            include_str!("../audit/error.rs"),
            include_str!("../client/error.rs"),
            include_str!("../enrolment/desk.rs"),
            include_str!("../gate/error.rs"),
        ];
        let arms = sources.iter().flat_map(|text| text.split("=> \"").skip(1));
        arms.filter_map(|arm| arm.split_once("\",\n"))
            .map(|(slug, _)| slug)
            .collect()
    }

    #[test]
    fn no_two_errors_share_a_slug() {
        let mut all = slugs();
        assert!(all.len() > 60, "{}", all.len());
        let shaped = |slug: &str| slug.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        assert!(all.iter().all(|slug| shaped(slug)), "{all:?}");
        all.sort_unstable();
        let twice = all.windows(2).find(|pair| pair[0] == pair[1]);
        assert_eq!(twice, None);
    }
}
