//! What the authority can propose, read from arguments and files.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use luyin_protocol::appeal::AppealEntry;
use luyin_protocol::attestation::AttestationKind;
use luyin_protocol::codec::DecodeError;
use luyin_protocol::did::Did;
use luyin_protocol::policy::{DEFAULT_GRACE_MS, Policy};
use luyin_protocol::risk::{
    NoGrounds, NoticeClass, NoticeId, RiskList, RiskNotice, SubjectCommitment, SubjectSalt,
};
use luyin_protocol::signature::Sha256Hash;
use luyin_protocol::time::{Day, Timestamp};
use luyin_protocol::tx::{Accredit, GovernanceAction, NoticeLifted, Quota, Role, Unaccredit};
use rand::RngCore;
use rand::rngs::OsRng;

use super::answer::AnswerArgs;
use super::evidence::{Evidence, kind_of};
use super::opening::OpeningFile;
use crate::cli::attester::regions;
use crate::cli::registrar::Subject;
use crate::client::NodeClient;
use luyin_device::client::ClientError;
use luyin_device::rulebook::Rulebook;

/// What to propose
#[derive(Debug, Subcommand)]
pub enum Proposal {
    /// Let an organisation act in a role
    Accredit {
        /// The organisation
        #[arg(long)]
        subject: Did,
        /// The role
        #[arg(long, value_enum)]
        role: RoleName,
        /// Enrolments or attestations a day, for registrars and attesters
        #[arg(long)]
        quota: Option<u32>,
        /// What an attester attests
        #[arg(long, value_enum)]
        kind: Option<crate::cli::attester::Kind>,
        /// Whose venue a gate is at
        #[arg(long)]
        venue: Option<Did>,
    },
    /// End every accreditation of an organisation
    Unaccredit {
        /// The organisation
        #[arg(long)]
        subject: Did,
        /// Why, in words; it stands on the ledger
        #[arg(long)]
        reason: String,
    },
    /// Publish a policy
    Policy {
        #[command(flatten)]
        source: PolicySource,
    },
    /// Publish the list of risk regions
    RiskList {
        /// Table with a column `code`; the list is exactly these regions
        #[arg(long, value_name = "FILE")]
        csv: PathBuf,
        /// When it takes effect: minutes from now, or a day YYYY-MM-DD
        #[arg(long, default_value = "30")]
        effective: String,
        /// An emergency: the old list ends at once
        #[arg(long)]
        emergency: bool,
    },
    /// Publish a risk notice about one person
    Notice(NoticeArgs),
    /// Lift a notice before its last day
    Lift {
        /// The notice
        #[arg(long)]
        notice: NoticeId,
        /// Why, in words; it stands on the ledger
        #[arg(long)]
        reason: String,
    },
    /// Answer an appeal; granting it lifts the notice. Where the network has reviewers, one must sign too
    AnswerAppeal(AnswerArgs),
}

/// Where a policy is written.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct PolicySource {
    /// The policy as TOML or JSON
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// The policy as CertLogic rules that explain themselves (protocol 6.23); refused where no pass can prove one of them
    #[arg(long, value_name = "FILE")]
    certlogic: Option<PathBuf>,
}

/// A risk notice.
#[derive(Debug, Args)]
pub struct NoticeArgs {
    /// What the registrar looked up: `luyin registrar subject`
    #[arg(long, value_name = "FILE")]
    subject: PathBuf,
    /// What kind
    #[arg(long, value_enum)]
    class: Class,
    /// What kind of evidence it is; may be left out where the class accepts one kind alone, which all but `confirmed` do
    #[arg(long, value_enum)]
    evidence_kind: Option<Evidence>,
    /// The evidence, at most 512 KiB; its SHA-256 stands on the ledger, the trustees are shown the file
    #[arg(long, value_name = "FILE")]
    evidence: PathBuf,
    /// The clause it rests on, in words; it stands on the ledger and is shown to the person
    #[arg(long)]
    clause: String,
    /// First day, YYYY-MM-DD; today at the earliest
    #[arg(long)]
    from: Option<String>,
    /// How many days, 1 to 60; a superseded notice 51 or more
    #[arg(long)]
    days: u16,
    /// Where to write what opens the notice to the trustees
    #[arg(long, value_name = "FILE")]
    opening_out: PathBuf,
}

/// A role, as the command line spells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs)]
pub enum RoleName {
    Registrar,
    Attester,
    Gate,
    Employer,
    Regulator,
}

/// The class of a notice, as the command line spells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs)]
pub enum Class {
    Confirmed,
    CloseContact,
    Superseded,
    CourtOrder,
}

impl From<Class> for NoticeClass {
    fn from(class: Class) -> Self {
        match class {
            Class::Confirmed => Self::Confirmed,
            Class::CloseContact => Self::CloseContact,
            Class::Superseded => Self::Superseded,
            Class::CourtOrder => Self::CourtOrder,
        }
    }
}

/// Why nothing was proposed.
#[derive(Debug, thiserror::Error)]
pub enum ProposeError {
    /// The node.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// A file.
    #[error("{path}: {source}")]
    File {
        /// which
        path: PathBuf,
        /// why not
        source: std::io::Error,
    },
    /// What stands in it.
    #[error("{path}: {why}")]
    Content {
        /// which
        path: PathBuf,
        /// what is wrong
        why: String,
    },
    /// An argument that the role needs.
    #[error("a {role} needs {argument}")]
    Missing {
        /// which role
        role: &'static str,
        /// which argument
        argument: &'static str,
    },
    /// Values that cannot be.
    #[error(transparent)]
    Value(#[from] DecodeError),
    /// A notice that rests on nothing.
    #[error(transparent)]
    Grounds(#[from] NoGrounds),
    /// No such appeal, or one that is settled.
    #[error("there is no open appeal {0}; see `luyin audit appeals`")]
    NoAppeal(AppealEntry),
    /// A time that cannot be read.
    #[error("--effective is minutes from now, or a day YYYY-MM-DD")]
    Effective,
    /// A notice that reaches back.
    #[error("a notice begins today ({}) at the earliest: past days stay unlinkable", .0.to_iso())]
    Backdated(Day),
}

/// An action, and for a notice what opens it.
#[derive(Debug)]
pub struct Proposed {
    /// The action.
    pub action: GovernanceAction,
    /// Where to write what opens a notice, and what.
    pub opening: Option<(PathBuf, OpeningFile)>,
}

/// Reads a proposal. Versions are the next ones of what the node shows.
///
/// # Errors
/// [`ProposeError`].
pub fn read(proposal: Proposal, node: &NodeClient) -> Result<Proposed, ProposeError> {
    let action = match proposal {
        Proposal::Accredit {
            subject,
            role,
            quota,
            kind,
            venue,
        } => GovernanceAction::Accredit(Accredit {
            did: subject,
            role: role_of(role, quota, kind.map(Into::into), venue)?,
        }),
        Proposal::Unaccredit { subject, reason } => GovernanceAction::Unaccredit(Unaccredit {
            did: subject,
            reason,
        }),
        Proposal::Policy { source } => {
            let policy = match (source.file, source.certlogic) {
                (_, Some(path)) => of_rules(&path)?,
                (Some(path), None) => policy(&path)?,
                (None, None) => {
                    return Err(ProposeError::Missing {
                        role: "policy",
                        argument: "--file or --certlogic",
                    });
                }
            };
            GovernanceAction::Policy(Box::new(policy))
        }
        Proposal::RiskList {
            csv,
            effective,
            emergency,
        } => {
            let now = node.now()?;
            let newest = node.risk_lists()?.iter().map(|l| l.item.0.version).max();
            let effective = moment(&effective, now)?;
            GovernanceAction::RiskList(Box::new(RiskList {
                version: newest.unwrap_or(0).saturating_add(1),
                regions: region_codes(&csv, effective.day())?,
                effective,
                grace_ms: if emergency { 0 } else { DEFAULT_GRACE_MS },
            }))
        }
        Proposal::Notice(args) => return notice(args, node.now()?.day()),
        Proposal::Lift { notice, reason } => {
            GovernanceAction::NoticeLifted(NoticeLifted { notice, reason })
        }
        Proposal::AnswerAppeal(args) => args.action(node)?,
    };
    Ok(Proposed {
        action,
        opening: None,
    })
}

fn role_of(
    role: RoleName,
    quota: Option<u32>,
    kind: Option<AttestationKind>,
    venue: Option<Did>,
) -> Result<Role, ProposeError> {
    let needs = |role, argument| ProposeError::Missing { role, argument };
    Ok(match role {
        RoleName::Registrar => Role::Registrar {
            quota: Quota(quota.ok_or(needs("registrar", "--quota"))?),
        },
        RoleName::Attester => Role::Attester {
            kind: kind.ok_or(needs("attester", "--kind"))?,
            quota: Quota(quota.ok_or(needs("attester", "--quota"))?),
        },
        RoleName::Gate => Role::Gate {
            venue: venue.ok_or(needs("gate", "--venue"))?,
        },
        RoleName::Employer => Role::Employer,
        RoleName::Regulator => Role::Regulator,
    })
}

/// The policy that rules come to.
fn of_rules(path: &PathBuf) -> Result<Policy, ProposeError> {
    let bytes = std::fs::read(path).map_err(|source| ProposeError::File {
        path: path.clone(),
        source,
    })?;
    let book = Rulebook::read(&bytes).map_err(|refusal| ProposeError::Content {
        path: path.clone(),
        why: refusal.to_string(),
    })?;
    Ok(book.policy().clone())
}

fn policy(path: &PathBuf) -> Result<Policy, ProposeError> {
    let text = std::fs::read_to_string(path).map_err(|source| ProposeError::File {
        path: path.clone(),
        source,
    })?;
    let content = |why: String| ProposeError::Content {
        path: path.clone(),
        why,
    };
    let policy: Policy = if path.extension().is_some_and(|e| e == "json") {
        serde_json::from_str(&text).map_err(|e| content(e.to_string()))?
    } else {
        toml::from_str(&text).map_err(|e| content(e.to_string()))?
    };
    policy.check().map_err(|e| content(e.to_string()))?;
    Ok(policy)
}

/// Every code of the table, each of a region that exists on the day; the first that does not refuses the list, for a list
/// with a region missing is worse than none.
fn region_codes(
    path: &PathBuf,
    day: Day,
) -> Result<luyin_protocol::itinerary::Itinerary, ProposeError> {
    #[derive(serde::Deserialize)]
    struct Row {
        code: String,
    }
    let content = |why: String| ProposeError::Content {
        path: path.clone(),
        why,
    };
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_path(path)
        .map_err(|e| content(e.to_string()))?;
    let mut list = luyin_protocol::itinerary::Itinerary::default();
    for (n, row) in reader.deserialize::<Row>().enumerate() {
        let row = row.map_err(|e| content(e.to_string()))?;
        let found = regions(&row.code, day).map_err(|e| content(format!("row {}: {e}", n + 1)))?;
        found.regions().for_each(|region| list.insert(region));
    }
    Ok(list)
}

fn moment(text: &str, now: Timestamp) -> Result<Timestamp, ProposeError> {
    if let Ok(minutes) = text.parse::<u32>() {
        return Ok(now.plus_ms(u64::from(minutes) * 60_000));
    }
    let day = Day::from_iso(text).map_err(|_| ProposeError::Effective)?;
    Ok(day.start())
}

fn notice(args: NoticeArgs, today: Day) -> Result<Proposed, ProposeError> {
    let read = |path: &PathBuf| {
        std::fs::read(path).map_err(|source| ProposeError::File {
            path: path.clone(),
            source,
        })
    };
    let subject: Subject =
        serde_json::from_slice(&read(&args.subject)?).map_err(|error| ProposeError::Content {
            path: args.subject.clone(),
            why: error.to_string(),
        })?;
    let from = args.from.as_deref().map_or(Ok(today), Day::from_iso)?;
    if from < today {
        return Err(ProposeError::Backdated(today));
    }
    let mut salt = [0; 32];
    OsRng.fill_bytes(&mut salt);
    let salt = SubjectSalt::from_bytes(salt);
    let class: NoticeClass = args.class.into();
    let notice = RiskNotice {
        class,
        subject: SubjectCommitment::of(&subject.owner, &salt),
        uid: (class == NoticeClass::Superseded).then_some(subject.uid),
        evidence_kind: kind_of(args.evidence_kind, class)?,
        evidence: Sha256Hash::of(&read(&args.evidence)?),
        clause: args.clause,
        from,
        until: from.plus(args.days.saturating_sub(1)),
    };
    notice.check_grounds()?;
    notice.check()?;
    if args.days == 0 {
        return Err(DecodeError::Invalid("a notice of 1 to 60 days").into());
    }
    let opening = OpeningFile {
        notice: notice.id(),
        owner: subject.owner,
        salt,
    };
    Ok(Proposed {
        action: GovernanceAction::RiskNotice(notice),
        opening: Some((args.opening_out, opening)),
    })
}

#[cfg(test)]
mod tests {
    use luyin_protocol::evidence::EvidenceKind;
    use luyin_protocol::field::Owner;
    use luyin_protocol::risk::Uid;

    use super::*;

    const TODAY: Day = Day::new(18_779);

    fn args(dir: &std::path::Path, class: Class, from: Option<&str>, days: u16) -> NoticeArgs {
        let subject = Subject {
            owner: Owner::from_value(5_u64.into()),
            uid: Uid::from_bytes([7; 32]),
        };
        std::fs::write(dir.join("s"), serde_json::to_vec(&subject).unwrap()).unwrap();
        std::fs::write(dir.join("e"), b"file 7").unwrap();
        NoticeArgs {
            subject: dir.join("s"),
            class,
            evidence_kind: (class == Class::Confirmed).then_some(Evidence::LaboratoryReport),
            evidence: dir.join("e"),
            clause: "clause 39".to_owned(),
            from: from.map(str::to_owned),
            days,
            opening_out: dir.join("o"),
        }
    }

    #[test]
    fn a_notice_hides_its_subject_and_the_opening_opens_it() {
        let dir = tempfile::tempdir().unwrap();
        let made = notice(args(dir.path(), Class::CloseContact, None, 14), TODAY).unwrap();
        let GovernanceAction::RiskNotice(published) = made.action else {
            panic!("a notice");
        };
        let (_, opening) = made.opening.unwrap();
        assert_eq!(opening.notice, published.id());
        let opened = SubjectCommitment::of(&opening.owner, &opening.salt);
        assert_eq!(opened, published.subject);
        assert_eq!((published.from, published.until), (TODAY, TODAY.plus(13)));
        assert_eq!(published.uid, None);
        assert_eq!(published.evidence, Sha256Hash::of(b"file 7"));
        let again = notice(args(dir.path(), Class::CloseContact, None, 14), TODAY).unwrap();
        assert_ne!(again.opening.unwrap().1.salt, opening.salt);
        assert!(!format!("{opening:?}").contains(&opening.owner.to_string()));
    }

    #[test]
    fn a_superseded_notice_alone_names_the_identifier() {
        let dir = tempfile::tempdir().unwrap();
        let made = notice(args(dir.path(), Class::Superseded, None, 60), TODAY).unwrap();
        let GovernanceAction::RiskNotice(published) = made.action else {
            panic!("a notice");
        };
        assert_eq!(published.uid, Some(Uid::from_bytes([7; 32])));
    }

    #[test]
    fn the_kind_of_evidence_is_asked_for_where_a_class_accepts_several_and_refused_where_it_does_not()
     {
        let dir = tempfile::tempdir().unwrap();
        let made = notice(args(dir.path(), Class::CourtOrder, None, 3), TODAY).unwrap();
        let GovernanceAction::RiskNotice(published) = made.action else {
            panic!("a notice");
        };
        assert_eq!(published.evidence_kind, EvidenceKind::CourtOrder);
        let with = |class, kind| {
            let mut args = args(dir.path(), class, None, 3);
            args.evidence_kind = kind;
            notice(args, TODAY)
        };
        let silent = with(Class::Confirmed, None);
        assert!(matches!(silent, Err(ProposeError::Missing { .. })));
        let other = with(Class::CloseContact, Some(Evidence::CourtOrder));
        assert!(matches!(
            other,
            Err(ProposeError::Grounds(NoGrounds::EvidenceKind))
        ));
    }

    #[test]
    fn a_notice_that_reaches_back_or_lasts_too_long_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let yesterday = TODAY.minus(1).to_iso();
        let back = notice(
            args(dir.path(), Class::Confirmed, Some(&yesterday), 3),
            TODAY,
        );
        assert!(matches!(back, Err(ProposeError::Backdated(_))));
        for days in [0, 61] {
            let long = notice(args(dir.path(), Class::Confirmed, None, days), TODAY);
            assert!(matches!(long, Err(ProposeError::Value(_))), "{days}");
        }
    }

    #[test]
    fn a_list_with_one_unknown_region_is_refused_with_its_row() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("r.csv");
        std::fs::write(&path, "code\n420100\nJPN\n").unwrap();
        assert_eq!(region_codes(&path, TODAY).unwrap().regions().count(), 2);
        std::fs::write(&path, "code\n420100\n429999\n").unwrap();
        let refused = region_codes(&path, TODAY).unwrap_err().to_string();
        assert!(refused.contains("row 2"), "{refused}");
    }

    #[test]
    fn roles_ask_for_what_they_need() {
        assert!(role_of(RoleName::Registrar, None, None, None).is_err());
        assert!(role_of(RoleName::Attester, Some(5), None, None).is_err());
        assert!(role_of(RoleName::Gate, None, None, None).is_err());
        assert!(role_of(RoleName::Regulator, None, None, None).is_ok());
    }

    #[test]
    fn a_policy_is_read_from_toml_and_checked() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("p.toml");
        let text = |paper: bool| {
            format!(
                "name_zh = '复工通行'\nname_en = 'Return to work'\neffective = 1600000000000\n\
                 grace_ms = 7200000\npaper = {paper}\ngate_code = false\n\
                 [reference]\nid = 1\nversion = 1\n\
                 [thresholds]\nfever = 373\nsymptom_mask = 65535\ncontact_mask = 255\n\
                 [predicates]\nslot_lag = 1\nmin_normal = 0\nwindow_a = 0\nwindow_b = 16383\n\
                 fresh_horizon = 30\nfresh_normal = 7\nshow_mask = false\n"
            )
        };
        std::fs::write(&path, text(false)).unwrap();
        assert_eq!(policy(&path).unwrap().thresholds.fever, 373);
        std::fs::write(&path, text(true)).unwrap();
        assert!(policy(&path).is_err(), "paper without the mask");
    }

    #[test]
    fn a_policy_is_read_from_rules_and_what_no_pass_proves_is_refused_by_its_rule() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("rules.json");
        let shipped = include_str!("../../../docs/protocol/rulebook.json");
        std::fs::write(&path, shipped).unwrap();
        let policy = of_rules(&path).unwrap();
        assert_eq!(
            (policy.reference.id, policy.predicates.max_test_age),
            (4, Some(3))
        );
        assert_eq!(policy.predicates.window_b, 0x3fff);
        let reversed = shipped.replace("\"not-before\"", "\"before\"");
        std::fs::write(&path, reversed).unwrap();
        let refused = of_rules(&path).unwrap_err().to_string();
        assert!(refused.contains("recent"), "{refused}");
    }

    #[test]
    fn a_moment_is_minutes_from_now_or_a_day() {
        let now = Timestamp::new(1_000_000);
        assert_eq!(moment("30", now).unwrap(), Timestamp::new(2_800_000));
        assert_eq!(moment("2021-06-01", now).unwrap(), TODAY.start());
        assert!(moment("soon", now).is_err());
    }
}
