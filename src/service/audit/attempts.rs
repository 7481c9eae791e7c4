//! The register of attempts (clause 7.9): what was handed in as an act of the authority and was refused. The log does not
//! show it, and one official alone, or two without evidence, are what a regulator must see all the same.
//!
//! Anybody may send something to be refused, so the register is bounded: of the attempts of a Beijing day that are alike in
//! signers, kind and reason some stand singly, the rest in one row that counts them. Signers have rows of their own, so
//! nobody folds another's attempts away by a flood of his. Nothing of an action is kept but its kind and its hash.

use super::actions::kind_name;
use crate::lines::{self, Lines};
use crate::node::Node;
use crate::service::ServiceError;
use crate::service::encoded;
use crate::service::error::Unavailable;
use crate::service::submission::Submission;
use luyin_protocol::network::NetworkParameters;
use luyin_protocol::signature::{Domain, NetworkId, Sha256Hash};
use luyin_protocol::time::{Day, Timestamp};
use luyin_protocol::tx::{Attempted, Governance};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use utoipa::ToSchema;

/// The most rows of one answer.
pub const PAGE: usize = 1_000;
/// Attempts alike that stand singly, where a signature holds that the log does not show.
const SINGLY: usize = 16;
/// The same of what anyone can send.
const SINGLY_ANYONE: usize = 4;

/// Who signed: a key of the founding data whose signature over this action and number holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct AttemptSigner {
    /// `proposer`, `approver` or `reviewer`.
    pub role: String,
    /// The key, 64 hex digits.
    pub key: String,
}

/// What was attempted, as far as it can be told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Attempt {
    /// Whose signatures hold; nobody's where there is none.
    pub signers: Vec<AttemptSigner>,
    /// The action's kind, as in the list of actions, or `unreadable`.
    pub kind: String,
    /// Why it was refused: the problem's slug.
    pub reason: String,
    /// The number that it was to have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u64>,
    /// The number was taken: its signatures may come from the log, and anyone may have sent it.
    pub taken: bool,
    /// SHA-256 of what is signed, number and action; of the bytes where they cannot be read.
    pub digest: String,
}

/// A row of the register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AttemptRow {
    /// Counts from 1.
    pub number: u64,
    /// When first, milliseconds since 1970.
    pub first: u64,
    /// When last.
    pub last: u64,
    /// How often. A node that was killed may remember fewer, yet more than half.
    pub count: u64,
    /// Whether different actions are counted here; `digest` and `sequence` are the last one's.
    pub folded: bool,
    /// What.
    #[serde(flatten)]
    pub attempt: Attempt,
}

/// A page of the register.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AttemptsView {
    /// By rising number, at most 1,000.
    pub attempts: Vec<AttemptRow>,
}

impl Attempt {
    /// Reads what was handed in, and whose signatures hold.
    fn of(node: &Node, submission: &Submission, reason: &str) -> Result<Self, ServiceError> {
        let bytes = encoded::decode(&submission.tx, "a transaction");
        let bytes = bytes.unwrap_or_else(|_| submission.tx.clone().into_bytes());
        let Some(attempted) = Attempted::read(&bytes) else {
            return Ok(Self {
                signers: Vec::new(),
                kind: "unreadable".to_owned(),
                reason: reason.to_owned(),
                sequence: None,
                taken: false,
                digest: Sha256Hash::of(&bytes).to_string(),
            });
        };
        let body = Governance::body(attempted.sequence, &attempted.action);
        let due = node.state().next_governance_sequence()?.get();
        let network = node.network();
        Ok(Self {
            signers: signers(network.parameters(), network.id(), &attempted, &body),
            kind: kind_name(&attempted.action).to_owned(),
            reason: reason.to_owned(),
            sequence: Some(attempted.sequence),
            taken: attempted.sequence < due,
            digest: Sha256Hash::of(&body).to_string(),
        })
    }

    /// What the attempts that are counted together have in common.
    fn is_like(&self, other: &Self) -> bool {
        (&self.signers, &self.kind, &self.reason, self.taken)
            == (&other.signers, &other.kind, &other.reason, other.taken)
    }

    fn singly(&self) -> usize {
        if self.signers.is_empty() || self.taken {
            SINGLY_ANYONE
        } else {
            SINGLY
        }
    }
}

fn signers(
    founding: &NetworkParameters,
    network: &NetworkId,
    attempted: &Attempted,
    body: &[u8],
) -> Vec<AttemptSigner> {
    let roles = [
        ("proposer", &founding.proposers),
        ("approver", &founding.approvers),
        ("reviewer", &founding.reviewers),
    ];
    let mut found = Vec::new();
    for (key, signature) in &attempted.signed {
        let role = roles.iter().find(|(_, keys)| keys.contains(key));
        let holds = || {
            key.verify(Domain::Governance, network, body, signature)
                .is_ok()
        };
        if let Some((role, _)) = role
            && holds()
        {
            let (role, key) = ((*role).to_owned(), key.to_string());
            found.push(AttemptSigner { role, key });
        }
    }
    found.sort();
    found.dedup();
    found
}

/// The register: a file of JSON lines that is only appended to. A line of a number that stands already takes its place.
#[derive(Debug)]
pub struct Attempts {
    path: PathBuf,
    end: Mutex<End>,
}

#[derive(Debug)]
struct End {
    lines: Lines,
    number: u64,
    day: Day,
    /// The rows of that day.
    rows: Vec<AttemptRow>,
}

impl Attempts {
    /// Opens the register; a last line that a crash left torn is cut off.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn open(path: PathBuf) -> io::Result<Self> {
        let lines = Lines::open(path)?;
        let path = lines.path().to_owned();
        let all = rows(&path)?;
        let number = all.keys().next_back().copied().unwrap_or(0);
        let day_of = |row: &AttemptRow| Timestamp::new(row.first).day();
        let day = all.values().map(day_of).max().unwrap_or(Day::new(0));
        let rows = all.into_values().filter(|row| day_of(row) == day);
        let rows = rows.collect();
        let end = Mutex::new(End {
            lines,
            number,
            day,
            rows,
        });
        Ok(Self { path, end })
    }

    /// Keeps an attempt, durably.
    ///
    /// # Errors
    /// Those of the file system: then the refusal may not be answered as one.
    pub fn keep(&self, attempt: Attempt, time: Timestamp) -> io::Result<()> {
        let mut end = self.end.lock().unwrap_or_else(PoisonError::into_inner);
        if time.day() > end.day {
            end.day = time.day();
            end.rows.clear();
        }
        let again = end.place_of(&attempt);
        let row = match again.and_then(|at| end.rows.get(at)) {
            Some(row) => AttemptRow {
                last: time.get(),
                count: row.count.saturating_add(1),
                attempt,
                ..row.clone()
            },
            None => AttemptRow {
                number: end.number.saturating_add(1),
                first: time.get(),
                last: time.get(),
                count: 1,
                folded: end.alike(&attempt) >= attempt.singly(),
                attempt,
            },
        };
        // Each doubling of a count is written, so that a flood costs the disk next to nothing.
        if row.count.is_power_of_two() {
            end.lines.append(&row)?;
        }
        match again.and_then(|at| end.rows.get_mut(at)) {
            Some(place) => *place = row,
            None => {
                end.number = row.number;
                end.rows.push(row);
            }
        }
        Ok(())
    }

    /// The rows after a number.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn after(&self, number: u64) -> io::Result<AttemptsView> {
        let end = self.end.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all = rows(&self.path)?;
        // The counts of today as they are, and not as they were last written.
        all.extend(end.rows.iter().map(|row| (row.number, row.clone())));
        drop(end);
        let later = all.into_iter().filter(|(n, _)| *n > number);
        let attempts = later.map(|(_, row)| row).take(PAGE).collect();
        Ok(AttemptsView { attempts })
    }
}

impl End {
    fn alike(&self, attempt: &Attempt) -> usize {
        let like = self.rows.iter().filter(|row| row.attempt.is_like(attempt));
        like.count()
    }

    /// The row in which an attempt is counted: its own, if the same thing was attempted before, or the one of many.
    fn place_of(&self, attempt: &Attempt) -> Option<usize> {
        self.rows.iter().position(|row| {
            let same = row.attempt.digest == attempt.digest;
            row.attempt.is_like(attempt) && (row.folded || same)
        })
    }
}

fn rows(path: &std::path::Path) -> io::Result<BTreeMap<u64, AttemptRow>> {
    let mut all = BTreeMap::new();
    for row in lines::read(path)? {
        let row: AttemptRow = row?;
        all.insert(row.number, row);
    }
    Ok(all)
}

/// Keeps a refused submission before its refusal is answered.
///
/// # Errors
/// [`Unavailable::Disk`]: what cannot be kept is not answered as refused.
pub fn keep(
    node: &Node,
    register: &Attempts,
    submission: &Submission,
    reason: &str,
) -> Result<(), ServiceError> {
    let attempt = Attempt::of(node, submission, reason)?;
    register.keep(attempt, node.clock().now()).map_err(|error| {
        tracing::error!(%error, "a refused attempt of the authority was not kept");
        Unavailable::Disk.into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt(signer: Option<&str>, reason: &str, n: u32) -> Attempt {
        let signer = signer.map(|key| AttemptSigner {
            role: "proposer".to_owned(),
            key: key.to_owned(),
        });
        Attempt {
            signers: signer.into_iter().collect(),
            kind: "risk_notice".to_owned(),
            reason: reason.to_owned(),
            sequence: Some(7),
            taken: false,
            digest: Sha256Hash::of(&n.to_be_bytes()).to_string(),
        }
    }

    fn noon() -> Timestamp {
        Day::new(20_000).start().plus_ms(12 * 3_600_000)
    }

    fn counts(register: &Attempts) -> Vec<(u64, u64, bool)> {
        let rows = register.after(0).unwrap().attempts;
        rows.iter().map(|r| (r.number, r.count, r.folded)).collect()
    }

    #[test]
    fn a_flood_is_counted_in_one_row_and_hides_no_other_signer() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("attempts");
        let register = Attempts::open(path.clone()).unwrap();
        for n in 0..10_000 {
            let flood = attempt(None, "one-role", n);
            register.keep(flood, noon().plus_ms(n.into())).unwrap();
        }
        let alone = attempt(Some("aa"), "one-role", 1);
        register.keep(alone.clone(), noon()).unwrap();
        register.keep(alone, noon().plus_ms(5)).unwrap();
        let expected = [
            (1, 1, false),
            (2, 1, false),
            (3, 1, false),
            (4, 1, false),
            (5, 9_996, true),
            (6, 2, false),
        ];
        assert_eq!(counts(&register), expected);
        assert!(std::fs::metadata(&path).unwrap().len() < 10_000);
        let last = &register.after(5).unwrap().attempts[0];
        assert_eq!((last.first, last.last), (noon().get(), noon().get() + 5));
    }

    #[test]
    fn of_one_signer_sixteen_different_ones_stand_singly_and_the_next_day_begins_anew() {
        let dir = tempfile::tempdir().unwrap();
        let register = Attempts::open(dir.path().join("attempts")).unwrap();
        for n in 0..1_317 {
            let tried = attempt(Some("aa"), "third-approval", n);
            register.keep(tried, noon()).unwrap();
        }
        let found = counts(&register);
        assert_eq!(found.len(), SINGLY + 1);
        assert_eq!(found.iter().map(|(_, count, _)| count).sum::<u64>(), 1_317);
        let tomorrow = noon().plus_ms(86_400_000);
        let tried = attempt(Some("aa"), "third-approval", 1);
        register.keep(tried, tomorrow).unwrap();
        assert_eq!(counts(&register).last(), Some(&(18, 1, false)));
    }

    #[test]
    fn the_register_survives_a_torn_last_line_and_counts_on() {
        use std::io::Write as _;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("attempts");
        let register = Attempts::open(path.clone()).unwrap();
        for n in [1, 2, 2] {
            let tried = attempt(Some("aa"), "one-role", n);
            register.keep(tried, noon()).unwrap();
        }
        let before = register.after(0).unwrap().attempts;
        drop(register);
        let mut file = std::fs::OpenOptions::new()
            .append(true)
            .open(&path)
            .unwrap();
        file.write_all(b"{\"number\":3,\"fir").unwrap();
        let register = Attempts::open(path).unwrap();
        assert_eq!(register.after(0).unwrap().attempts, before);
        let tried = attempt(Some("aa"), "one-role", 2);
        register.keep(tried, noon()).unwrap();
        assert_eq!(counts(&register), [(1, 1, false), (2, 3, false)]);
    }
}
