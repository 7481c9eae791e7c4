//! Why a transaction is refused. Each refusal has a slug that never changes: the API renders it as the type of a problem
//! (RFC 9457). Messages name no identifier, nullifier or tag.

use super::proof::Statement;
use luyin_protocol::escrow::TrusteeIndex;
use luyin_protocol::field::CheckinTag;
use thiserror::Error;

/// Declares refusals with their slugs, so that none can be added without one.
macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident { $($(#[doc = $text:literal])* $slug:literal $message:literal
        $variant:ident $(($($tuple:ty),*))? $({ $($(#[$fd:meta])* $field:ident: $type:ty),* })? ,)* })*) => { $(
        $(#[$doc])*
        #[derive(Clone, Debug, Error, PartialEq, Eq)]
        pub enum $name {
            $($(#[doc = $text])* #[error($message)]
            $variant $(($($tuple),*))? $({ $($(#[$fd])* $field: $type),* })?,)*
        }

        impl $name {
            /// The stable name of the refusal.
            #[must_use]
            #[allow(unused_doc_comments)]
            pub const fn slug(&self) -> &'static str {
                match self { $(refusals!(@pattern $variant $(($($tuple),*))? $({ $($field),* })?) => $slug),* }
            }

            /// Every slug of these refusals.
            pub const SLUGS: &'static [&'static str] = &[$($slug),*];
        }
    )* };
    (@pattern $variant:ident) => { Self::$variant };
    (@pattern $variant:ident ($($tuple:ty),*)) => { Self::$variant(..) };
    (@pattern $variant:ident { $($field:ident),* }) => { Self::$variant { .. } };
}

refusals! {
    /// The transaction alone shows it.
    FormRefusal {
        /// A batch, a list or a count that holds nothing.
        "empty" "it holds nothing" Empty,
        /// The same item twice.
        "repeated-item" "an item comes twice" RepeatedItem,
        /// A note, policy or document whose parts disagree.
        "parts-disagree" "its parts disagree" PartsDisagree,
        /// A reason of no words.
        "no-reason" "it gives no reason" NoReason,
        /// Longer than an entry may be.
        "too-long" "longer than an entry may be" TooLong,
    }

    /// The organisation that signed may not do this.
    SignerRefusal {
        /// No such identifier.
        "unknown-did" "the identifier is unknown" UnknownDid,
        /// The identifier is deactivated.
        "deactivated-did" "the identifier is deactivated" Deactivated,
        /// Its controller did not sign this.
        "bad-signature" "the controller's signature does not hold" BadSignature,
        /// No accreditation for this role.
        "not-accredited" "not accredited for this" NotAccredited,
        /// The day's quota does not suffice.
        "quota-exceeded" "the day's quota of {quota} is used up" QuotaExceeded {
            /// entries a day
            quota: u32
        },
    }

    /// The trustees' signatures do not suffice.
    TrusteeRefusal {
        /// Fewer than needed.
        "too-few-acknowledgements" "{given} trustees signed, {needed} are needed" TooFewAcknowledgements {
            /// signatures given
            given: usize,
            /// signatures needed
            needed: usize
        },
        /// Indexes that do not rise: a trustee counts once.
        "repeated-trustee" "a trustee counts once" RepeatedTrustee,
        /// A signature that is not this trustee's over this.
        "unknown-trustee-signature" "the signature of trustee {0} does not hold" UnknownTrusteeSignature(TrusteeIndex),
    }

    /// About an identifier's own history.
    IdentityRefusal {
        /// There is one of this name.
        "did-exists" "the identifier exists" Exists,
        /// It does not follow the newest version.
        "did-not-newest" "it does not follow the newest version" NotNewest,
        /// The document's own controller did not sign.
        "did-bad-signature" "the document's controller did not sign it" BadSignature,
    }

    /// The authority may not do this, or not now.
    GovernanceRefusal {
        /// The two keys are not one proposer's and one approver's of genesis.
        "one-role" "two keys of different roles are needed" OneRole,
        /// The proposer's signature.
        "bad-proposal" "the proposer's signature does not hold" BadProposal,
        /// The approver's signature.
        "bad-approval" "the approver's signature does not hold" BadApproval,
        /// The third key is none of genesis's reviewers.
        "no-reviewer" "the third key is not a reviewer's" NoReviewer,
        /// The reviewer's signature.
        "bad-review" "the reviewer's signature does not hold" BadReview,
        /// It may take the green of more persons than two signatures reach.
        "third-approval" "it may reach {reach} persons, two signatures reach {two}: a reviewer must sign too" ThirdApproval {
            /// how many it may reach
            reach: u64,
            /// how many two signatures reach
            two: u32
        },
        /// Another number is due.
        "governance-sequence" "sequence number {due} is due" Sequence {
            /// the number that is due
            due: u64
        },
        /// The organisation is not known or no longer there.
        "unknown-organisation" "the organisation has no active identifier" UnknownOrganisation,
        /// It holds no role.
        "no-role-to-end" "the organisation holds no role" NoRole,
    }

    /// A policy or risk list does not fit those before it.
    PublicationRefusal {
        /// Another policy version is due.
        "policy-version-gap" "policy version {due} is due" PolicyVersionGap {
            /// the version that is due
            due: u32
        },
        /// Another version of the risk list is due.
        "risk-list-version-gap" "risk list version {due} is due" RiskListVersionGap {
            /// the version that is due
            due: u32
        },
        /// Every region of the country.
        "all-regions" "it leaves no region of the country free" AllRegions,
        /// It would take effect in the past.
        "effective-in-the-past" "it takes effect before it is published" EffectivePast,
        /// It would take effect in more than 30 days.
        "effective-too-late" "it takes effect more than 30 days after it is published" EffectiveTooLate,
        /// It would take effect before its predecessor.
        "effective-before-predecessor" "it takes effect before its predecessor" EffectiveBeforePredecessor,
    }

    /// About a risk notice.
    NoticeRefusal {
        /// No hash of any file of evidence.
        "notice-without-evidence" "a notice rests on evidence" NoEvidence,
        /// Evidence of a kind that the class does not accept.
        "notice-evidence-kind" "a notice of this class does not rest on this kind of evidence" EvidenceKind,
        /// No words of a clause.
        "notice-without-clause" "a notice rests on a clause" NoClause,
        /// There is no such notice.
        "notice-unknown" "the notice is unknown" NoticeUnknown,
        /// The very same notice stands on the log.
        "notice-repeated" "the notice is on the log already" NoticeRepeated,
        /// Its last day is past.
        "notice-over" "the notice is over" NoticeOver,
        /// A superseded notice that ends before the old note has slept too long to check in.
        "superseded-too-short" "a superseded notice must last 50 days from today" NoticeTooShort,
        /// It is lifted.
        "notice-lifted" "the notice is lifted" NoticeLifted,
        /// The day is not one of the notice's.
        "release-outside-notice" "the day is outside the notice" ReleaseOutsideNotice,
        /// A past day's values refuse nothing any more; they would only show where somebody was.
        "release-of-the-past" "past days are not released" ReleaseOfThePast,
        /// The day's values are on the log.
        "release-repeated" "the day is released already" ReleaseRepeated,
    }

    /// About an appeal, or its answer.
    AppealRefusal {
        /// Nothing is released for the notice and the day, so nobody can be recognised as the one it is about.
        "appeal-not-released" "the day is not released for this notice; try again once it is" NotReleased,
        /// The person has appealed against this notice.
        "appeal-repeated" "there is an appeal of yours against this notice" Repeated,
        /// There is no such appeal against this notice.
        "appeal-unknown" "there is no such appeal against this notice" Unknown,
        /// It is settled.
        "appeal-answered" "the appeal is settled already" Answered,
        /// Only the pair answers.
        "appeal-not-reviewed" "a reviewer must sign the answer" NotReviewed,
        /// The notice's own reviewer answers.
        "appeal-same-reviewer" "a reviewer other than the notice's must sign the answer" SameReviewer,
    }

    /// An enrolment does not fit.
    EnrolRefusal {
        /// The person has an entry and no notice lets it be used once more.
        "repeated-uid" "the person is enrolled" RepeatedUid,
        /// The owner is used.
        "repeated-owner" "the owner is used" RepeatedOwner,
        /// 0 at first, today at a re-enrolment.
        "fresh-day" "the fresh day is not the one due" FreshDay,
        /// Later than a note of today begins, or older than a request may be.
        "first-slot" "the note's first slot is not that of the last days; the wallet must make its request anew" FirstSlot,
        /// The superseded notice ends before the old note has slept too long to check in again.
        "superseded-ends-too-soon" "the superseded notice ends too soon; the authority must publish a longer one" NoticeEndsTooSoon,
        /// The superseded notice has no values for today, so the old note could still check in.
        "superseded-not-released" "the trustees have not released the superseded notice" NotReleased,
    }

    /// A check-in or absorption does not fit.
    SpendRefusal {
        /// The note is spent.
        "repeated-nullifier" "the note is spent" RepeatedNullifier,
        /// There is no such epoch.
        "unknown-epoch" "the epoch is unknown" UnknownEpoch,
        /// The epoch is superseded and too old.
        "epoch-out-of-window" "the epoch is out of the window" EpochOutOfWindow,
        /// Under the epoch the group has no tree: its trees are not there, or are among the newest 16.
        "unknown-archive" "the epoch has no such archive" UnknownArchive,
        /// Neither the current slot nor the previous one in its grace.
        "slot-not-open" "the slot is not open" SlotNotOpen,
        /// The policy version is neither current nor in grace.
        "policy-not-current" "the policy is not current" PolicyNotCurrent,
        /// The check-in belongs to a live notice.
        "live-notice" "a notice refuses this check-in" LiveNotice(CheckinTag),
        /// No tree of a live day has had this root.
        "unknown-attestation-root" "the attestation root is unknown" UnknownAttestationRoot,
        /// The root was withdrawn with an attestation.
        "root-withdrawn" "the attestation root is withdrawn" RootWithdrawn,
        /// Neither today nor yesterday in its grace.
        "day-not-open" "the day is not open" DayNotOpen,
    }

    /// Attestations do not fit.
    AttestRefusal {
        /// The leaf is in the day's tree.
        "repeated-attestation" "an attestation is in the day's tree already" RepeatedLeaf,
        /// The day's tree has no such leaf of this issuer.
        "not-own-attestation" "not an attestation of this issuer on that day" NotOwnLeaf,
        /// It is withdrawn.
        "attestation-withdrawn" "an attestation is withdrawn already" AlreadyWithdrawn,
        /// The day's attestations are no longer accepted.
        "attestation-day-over" "the day's attestations are no longer accepted" DayOver,
        /// The day's tree has no place left.
        "attestation-tree-full" "the day's tree is full" TreeFull,
    }

    /// An audit batch does not fit.
    AuditRefusal {
        /// Another batch is due.
        "audit-batch-gap" "batch {due} is due" BatchGap {
            /// the batch that is due
            due: u32
        },
    }
}

/// Why a transaction is refused.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Refusal {
    /// See [`FormRefusal`].
    #[error(transparent)]
    Form(#[from] FormRefusal),
    /// See [`SignerRefusal`].
    #[error(transparent)]
    Signer(#[from] SignerRefusal),
    /// See [`TrusteeRefusal`].
    #[error(transparent)]
    Trustee(#[from] TrusteeRefusal),
    /// See [`IdentityRefusal`].
    #[error(transparent)]
    Identity(#[from] IdentityRefusal),
    /// See [`GovernanceRefusal`].
    #[error(transparent)]
    Governance(#[from] GovernanceRefusal),
    /// See [`PublicationRefusal`].
    #[error(transparent)]
    Publication(#[from] PublicationRefusal),
    /// See [`NoticeRefusal`].
    #[error(transparent)]
    Notice(#[from] NoticeRefusal),
    /// See [`AppealRefusal`].
    #[error(transparent)]
    Appeal(#[from] AppealRefusal),
    /// See [`EnrolRefusal`].
    #[error(transparent)]
    Enrol(#[from] EnrolRefusal),
    /// See [`SpendRefusal`].
    #[error(transparent)]
    Spend(#[from] SpendRefusal),
    /// See [`AttestRefusal`].
    #[error(transparent)]
    Attest(#[from] AttestRefusal),
    /// See [`AuditRefusal`].
    #[error(transparent)]
    Audit(#[from] AuditRefusal),
    /// The proof does not hold for its public inputs.
    #[error("rejected")]
    ProofRejected(Statement),
}

impl Refusal {
    /// The stable name of the refusal.
    #[must_use]
    pub const fn slug(&self) -> &'static str {
        match self {
            Self::Form(x) => x.slug(),
            Self::Signer(x) => x.slug(),
            Self::Trustee(x) => x.slug(),
            Self::Identity(x) => x.slug(),
            Self::Governance(x) => x.slug(),
            Self::Publication(x) => x.slug(),
            Self::Notice(x) => x.slug(),
            Self::Appeal(x) => x.slug(),
            Self::Enrol(x) => x.slug(),
            Self::Spend(x) => x.slug(),
            Self::Attest(x) => x.slug(),
            Self::Audit(x) => x.slug(),
            Self::ProofRejected(_) => "proof-rejected",
        }
    }

    /// Every slug there is.
    pub fn slugs() -> impl Iterator<Item = &'static str> {
        [
            FormRefusal::SLUGS,
            SignerRefusal::SLUGS,
            TrusteeRefusal::SLUGS,
            IdentityRefusal::SLUGS,
            GovernanceRefusal::SLUGS,
            PublicationRefusal::SLUGS,
            NoticeRefusal::SLUGS,
            AppealRefusal::SLUGS,
            EnrolRefusal::SLUGS,
            SpendRefusal::SLUGS,
            AttestRefusal::SLUGS,
            AuditRefusal::SLUGS,
            &["proof-rejected"],
        ]
        .into_iter()
        .flatten()
        .copied()
    }
}

#[cfg(test)]
mod tests {
    use super::Refusal;
    use std::collections::BTreeSet;

    #[test]
    fn slugs_are_lowercase_words_and_no_two_refusals_share_one() {
        let all: Vec<_> = Refusal::slugs().collect();
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
        let plain = |c: char| c.is_ascii_lowercase() || c == '-';
        assert!(all.iter().all(|slug| slug.chars().all(plain)));
    }
}
