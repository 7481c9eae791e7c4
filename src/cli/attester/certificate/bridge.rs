//! From a certificate of others to an attestation: verified, read, compared as far as a machine can, claimed for one card,
//! written for its holder, posted.

use std::path::{Path, PathBuf};

use ark_bn254::Fr;
use ark_ff::UniformRand as _;
use luyin_certificates::evidence::{Asked, Evidence, EvidenceFault, Mark, Told, of_hc1, of_shc};
use luyin_certificates::hc1::{self, Certificate, RevocationList};
use luyin_certificates::lists::Trust;
use luyin_certificates::rules::{RuleSet, Trip};
use luyin_certificates::{Moment, shc};
use luyin_device::attester::{CardFault, Desk, check_card, is_final};
use luyin_device::client::{ClientError, Encoded};
use luyin_device::enrolment::Surname;
use luyin_device::wallet::{HeldAttestation, NymCard};
use luyin_protocol::attestation::{Attestation, Statement};
use luyin_protocol::signature::NetworkId;
use luyin_protocol::time::{Day, Timestamp};
use rand::rngs::OsRng;
use serde_json::Value;

use super::shown::Shown;
use super::used::{Progress, Use, UsedCertificates};
use crate::cli::attester::issue::{self, IssueError};
use crate::cli::sealed_register::{Created, RegisterError};

/// In which rules explain themselves.
const LANGUAGES: [&str; 2] = ["zh", "en"];
/// The ledger's word for a leaf that stands there already.
const REPEATED: &str = "repeated-attestation";

/// Why a certificate did not become an attestation.
#[derive(Debug, thiserror::Error)]
pub enum BridgeError {
    /// An HC1 code that does not hold.
    #[error(transparent)]
    Hc1(#[from] hc1::Refusal),
    /// A health card that does not hold.
    #[error(transparent)]
    Shc(#[from] shc::Refusal),
    /// It holds, and does not tell what is asked.
    #[error(transparent)]
    Evidence(#[from] EvidenceFault),
    /// A rule refuses it.
    #[error("refused by a rule: {0}")]
    Rule(String),
    /// No rule speaks of it.
    #[error("none of the rules is about such a certificate; give the rules of another country")]
    NoRule,
    /// Rules judge HC1 certificates alone.
    #[error("the rules are written for HC1 certificates; a health card cannot be judged by them")]
    RulesForCard,
    /// The card is for another network or attester.
    #[error(transparent)]
    Card(#[from] CardFault),
    /// Of another day.
    #[error("the holder's card is of {}, and today is {}; have a new one shown", .card.to_iso(), .today.to_iso())]
    OtherDay {
        /// the card's
        card: Day,
        /// the ledger's
        today: Day,
    },
    /// The statement's day has not come.
    #[error("the certificate speaks of a day that has not come, or of none that can be attested")]
    NotADay,
    /// The surname on the certificate is another than the card's.
    #[error("the certificate names another surname than the holder's card")]
    OtherSurname,
    /// The certificate was used for somebody else, or on another day.
    #[error("this certificate was used for another card already; one certificate is attested once")]
    Lent,
    /// The register.
    #[error(transparent)]
    Register(#[from] RegisterError),
    /// The files for the holder.
    #[error(transparent)]
    File(#[from] IssueError),
    /// The ledger. A claim that it refused in the same run was given back.
    #[error("not on the ledger: {0}")]
    Post(#[source] Box<ClientError>),
}

/// The rules of the country that one arrives in.
#[derive(Debug)]
pub struct Judge {
    /// All rules.
    pub rules: RuleSet,
    /// The country, in two letters.
    pub arrival: String,
    /// The sets of codes that rules name.
    pub value_sets: Value,
}

/// What is checked against, and by whom.
#[derive(Debug, Clone, Copy)]
pub struct Checks<'a> {
    /// Whom to trust.
    pub trust: &'a Trust,
    /// What was revoked of the HC1 certificates.
    pub revoked: &'a RevocationList,
    /// By which rules, if by any.
    pub judge: Option<&'a Judge>,
    /// The ledger's time.
    pub now: Timestamp,
    /// The ledger.
    pub network: NetworkId,
}

/// A certificate that holds, and the statement that it becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// What it tells, of whom.
    pub evidence: Evidence,
    /// What is attested.
    pub statement: Statement,
    /// The day of it, in Beijing.
    pub day: Day,
}

/// What was issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// The attestation.
    pub held: HeldAttestation,
    /// Its entry on the ledger, where that is known.
    pub entry: Option<u64>,
    /// The holder's file.
    pub file: PathBuf,
}

impl Checks<'_> {
    /// Verifies what is shown, and says what would be attested. Changes nothing.
    ///
    /// # Errors
    /// [`BridgeError`], the first reason against it.
    pub fn check(&self, shown: &Shown, asked: Asked) -> Result<Checked, BridgeError> {
        let clock = i64::try_from(self.now.get()).map_err(|_| BridgeError::NotADay)?;
        let clock = Moment::from_millis(clock);
        let evidence = match shown {
            Shown::Hc1(code) => {
                let verifier = hc1::Verifier {
                    trust: &self.trust.signers,
                    revoked: self.revoked,
                    clock,
                };
                let certificate = verifier.verify(code)?;
                let evidence = of_hc1(&certificate, asked)?;
                self.judged(&certificate, clock)?;
                evidence
            }
            Shown::Card(_) if self.judge.is_some() => return Err(BridgeError::RulesForCard),
            Shown::Card(jws) => {
                let issuers = &self.trust.issuers;
                let card = shc::Verifier { issuers, clock }.verify(jws)?;
                of_shc(&card, asked)?
            }
        };
        let (statement, moment) = match evidence.told {
            Told::Test { negative, sampled } => (Statement::Test { negative }, sampled),
            Told::Vaccination { doses, newest } => (Statement::Vaccination { doses }, newest),
        };
        let millis = u64::try_from(moment.millis()).map_err(|_| BridgeError::NotADay)?;
        let day = Timestamp::new(millis).day();
        if day > self.now.day() {
            return Err(BridgeError::NotADay);
        }
        Ok(Checked {
            evidence,
            statement,
            day,
        })
    }

    fn judged(&self, certificate: &Certificate, clock: Moment) -> Result<(), BridgeError> {
        let Some(judge) = self.judge else {
            return Ok(());
        };
        let trip = Trip {
            arrival: &judge.arrival,
            region: None,
            issuer: certificate.issuer(),
            clock,
        };
        let findings = judge.rules.judge(certificate, &trip, &judge.value_sets);
        if findings.is_empty() {
            return Err(BridgeError::NoRule);
        }
        let refused: Vec<String> = findings
            .iter()
            .filter_map(|finding| finding.explain(&LANGUAGES))
            .collect();
        if refused.is_empty() {
            Ok(())
        } else {
            Err(BridgeError::Rule(refused.join("; ")))
        }
    }

    /// The holder's card is for this attester and ledger, and its mask does not contradict the name. A name in other letters
    /// than the table of surnames has is for a person to compare.
    fn holder(
        &self,
        checked: &Checked,
        card: &NymCard,
        desk: &Desk<'_>,
    ) -> Result<(), BridgeError> {
        check_card(card, self.network, desk.did)?;
        let names = checked.evidence.holder.names.iter();
        let surnames = names.map(|name| Surname::of_name(name));
        let mut known = surnames.filter(|surname| *surname != Surname::OTHER);
        if known.all(|surname| u32::from(surname.index()) == card.mask.surname()) {
            Ok(())
        } else {
            Err(BridgeError::OtherSurname)
        }
    }

    /// Everything that a machine can tell about whether this certificate may be attested to this card. Changes nothing.
    ///
    /// # Errors
    /// [`BridgeError`], the first reason against it.
    pub fn may_issue(
        &self,
        checked: &Checked,
        card: &NymCard,
        desk: &Desk<'_>,
        used: &UsedCertificates,
    ) -> Result<Option<Use>, BridgeError> {
        self.holder(checked, card, desk)?;
        match used.of(&checked.evidence.mark)? {
            Some(before) if is_for(&before, card) => Ok(Some(before)),
            Some(_) => Err(BridgeError::Lent),
            None if card.day != self.now.day() => Err(BridgeError::OtherDay {
                card: card.day,
                today: self.now.day(),
            }),
            None => Ok(None),
        }
    }

    /// Issues the attestation, or finishes what was begun for the same card: claims the certificate, writes the holder's file,
    /// posts, notes that it is posted.
    ///
    /// # Errors
    /// [`BridgeError`].
    pub fn issue(
        &self,
        checked: &Checked,
        card: &NymCard,
        desk: &Desk<'_>,
        used: &UsedCertificates,
        out: &Path,
    ) -> Result<Issued, BridgeError> {
        let mark = &checked.evidence.mark;
        let before = self.may_issue(checked, card, desk, used)?;
        let (begun, claim) = match before {
            Some(before) => (before, Created::No),
            None => {
                let held = self.held(checked, card, desk);
                let claim = used.claim(mark, &held)?;
                let begun = used.of(mark)?.ok_or(RegisterError::Damaged)?;
                // At this very moment another desk may have claimed it.
                if !is_for(&begun, card) {
                    return Err(BridgeError::Lent);
                }
                (begun, claim)
            }
        };
        let mut held = begun.held;
        let file = issue::write_one(out, &held)?;
        let entry = match begun.progress {
            Progress::Posted { entry } => entry,
            Progress::Begun => {
                let (entry, day) = self.post(&held, desk, used, mark, claim)?;
                held.tree_day = day;
                let progress = Progress::Posted { entry };
                let posted = Use {
                    held: held.clone(),
                    progress,
                };
                used.posted(mark, &posted)?;
                entry
            }
        };
        issue::write_one(out, &held)?;
        issue::list_one(out, &held)?;
        Ok(Issued { held, entry, file })
    }

    fn held(&self, checked: &Checked, card: &NymCard, desk: &Desk<'_>) -> HeldAttestation {
        let attestation = Attestation {
            issuer: desk.did.issuer(),
            binding: card.nym,
            day: checked.day,
            statement: checked.statement.clone(),
            nonce: Fr::rand(&mut OsRng),
        };
        HeldAttestation {
            attestation: Encoded(attestation),
            attester: desk.did,
            scope_day: card.day,
            tree_day: self.now.day(),
        }
    }

    /// Its entry, and the day of its tree. Of a leaf that stands there already, posted by a run that did not live to note it,
    /// the entry is not known.
    fn post(
        &self,
        held: &HeldAttestation,
        desk: &Desk<'_>,
        used: &UsedCertificates,
        mark: &Mark,
        claim: Created,
    ) -> Result<(Option<u64>, Day), BridgeError> {
        let attestation = &held.attestation.0;
        match desk.attest(attestation.kind(), vec![attestation.body()]) {
            Ok(receipt) => Ok((Some(receipt.entry), receipt.time.day())),
            Err(ClientError::Refused { problem, .. }) if problem.slug() == REPEATED => {
                Ok((None, self.now.day()))
            }
            Err(error) => {
                // Who resumes cannot know what came of the run before, and keeps the claim.
                if claim == Created::Yes && is_final(&error) {
                    used.give_back(mark)?;
                }
                Err(BridgeError::Post(Box::new(error)))
            }
        }
    }
}

fn is_for(before: &Use, card: &NymCard) -> bool {
    let held = &before.held;
    held.attestation.0.binding == card.nym
        && held.scope_day == card.day
        && held.attester == card.attester
}
