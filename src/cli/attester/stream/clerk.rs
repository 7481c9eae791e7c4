//! Works off what came in together: one batch onto the ledger, one answer a line.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Display;
use std::path::Path;

use luyin_device::attester::{Desk, Sheet, is_final};
use luyin_device::client::ClientError;
use luyin_device::wallet::{HeldAttestation, WalletError};
use luyin_protocol::field::AttestationLeaf;
use luyin_protocol::time::Day;
use luyin_protocol::tx::MAX_BATCH;
use rand::rngs::OsRng;

use super::StreamError;
use super::journal::{Batch, Begun, Journal, Known, Standing};
use super::line::{Answer, Asked, LineFault, Wish};
use crate::cli::attester::issue::{file_of, write_one};

const REPEATED: &str = "repeated-attestation";
const OVER_QUOTA: &str = "quota-exceeded";
const WITHDRAWN: &str = "attestation-withdrawn";

/// The ledger, beside what a desk posts to it.
pub trait Ledger {
    /// Today.
    ///
    /// # Errors
    /// Those of asking.
    fn today(&self) -> Result<Day, ClientError>;

    /// Whether a leaf stands in a day's tree.
    ///
    /// # Errors
    /// Those of fetching the tree.
    fn attested(&self, day: Day, leaf: &AttestationLeaf) -> Result<bool, WalletError>;

    /// Says why something is tried again, and waits before it is.
    fn wait(&self, why: &dyn Display, attempt: u32);
}

/// A line as it was read.
pub type Read = Result<Wish, (Option<String>, LineFault)>;

/// Works off lines.
pub struct Clerk<'a, L> {
    /// Signs and posts.
    pub desk: &'a Desk<'a>,
    /// The ledger.
    pub ledger: &'a L,
    /// Where holders' files go.
    pub out: &'a Path,
    /// What was issued.
    pub journal: Journal,
}

/// An attestation about to be issued, and for which line.
#[derive(Clone)]
struct Fresh {
    line: usize,
    begun: Begun,
    held: HeldAttestation,
}

impl<L: Ledger> Clerk<'_, L> {
    /// Finishes what a former run began.
    ///
    /// # Errors
    /// [`StreamError`]; a holder's file that is gone or another one is never passed over.
    pub fn resume(&mut self) -> Result<(), StreamError> {
        for batch in self.journal.unfinished() {
            let held = batch.all.iter().map(|begun| self.read_held(begun));
            let held = held.collect::<Result<Vec<_>, _>>()?;
            let settled = self.settle(&batch, &held, true)?;
            self.note(&batch, &held, &settled)?;
        }
        Ok(())
    }

    /// Works off lines that came in together. Answers come in the lines' order.
    ///
    /// # Errors
    /// [`StreamError`]; a line that is refused is no error, it is answered.
    pub fn work(&mut self, sheet: &Sheet, lines: Vec<Read>) -> Result<Vec<Answer>, StreamError> {
        let mut answers: Vec<Option<Answer>> = vec![None; lines.len()];
        let (mut fresh, mut again, mut back) = (Vec::new(), Vec::new(), Vec::new());
        let mut ids: HashSet<String> = HashSet::new();
        for (line, (read, answer)) in lines.into_iter().zip(&mut answers).enumerate() {
            match read {
                Err((id, fault)) => *answer = Some(Answer::refused(id, &fault)),
                Ok(Wish::Withdraw { id, reason }) => back.push((line, id, reason)),
                Ok(Wish::Attest(asked)) => {
                    if let Some(known) = self.journal.of(&asked.id) {
                        *answer = Some(self.repeated(&asked, known));
                    } else if ids.contains(&asked.id) {
                        again.push((line, asked));
                    } else {
                        match self.make(sheet, line, &asked) {
                            Ok(made) => {
                                ids.insert(asked.id);
                                fresh.push(made);
                            }
                            Err(fault) => {
                                *answer = Some(Answer::refused(Some(asked.id), &fault));
                            }
                        }
                    }
                }
            }
        }
        self.issue(sheet.today, &fresh, &mut answers)?;
        for (line, asked) in again {
            let answer = self.twice(&asked, &fresh, &answers);
            put(&mut answers, line, answer);
        }
        self.withdraw(back, &mut answers)?;
        Ok(answers.into_iter().flatten().collect())
    }

    fn make(&self, sheet: &Sheet, line: usize, asked: &Asked) -> Result<Fresh, LineFault> {
        let made = sheet.attestation(&asked.row, &mut OsRng)?;
        let held = made.held(self.desk.did, sheet.today);
        let begun = Begun {
            id: asked.id.clone(),
            digest: asked.digest,
            leaf: held.attestation.0.leaf(),
        };
        Ok(Fresh { line, begun, held })
    }

    /// The answer to a name that was issued before.
    fn repeated(&self, asked: &Asked, known: &Known) -> Answer {
        if known.digest != asked.digest {
            return Answer::refused(Some(asked.id.clone()), &LineFault::IdReused);
        }
        match known.state {
            Standing::Issued { day, entry } => Answer::Issued {
                id: asked.id.clone(),
                file: file_of(self.out, &known.leaf),
                leaf: known.leaf,
                tree_day: day.to_iso(),
                entry,
            },
            Standing::Withdrawn { .. } => {
                Answer::refused(Some(asked.id.clone()), &LineFault::Withdrawn)
            }
        }
    }

    /// The answer to a line whose name stood on a line before it, among the same.
    fn twice(&self, asked: &Asked, fresh: &[Fresh], answers: &[Option<Answer>]) -> Answer {
        if let Some(known) = self.journal.of(&asked.id) {
            return self.repeated(asked, known);
        }
        let first = fresh.iter().find(|one| one.begun.id == asked.id);
        let same = first.filter(|one| one.begun.digest == asked.digest);
        let refused = same.and_then(|one| answers.get(one.line)?.clone());
        let reused = || Answer::refused(Some(asked.id.clone()), &LineFault::IdReused);
        refused.unwrap_or_else(reused)
    }

    /// Issues in batches. Where the day's quota takes no whole batch, halves are tried: what still fits is issued.
    fn issue(
        &mut self,
        today: Day,
        fresh: &[Fresh],
        answers: &mut [Option<Answer>],
    ) -> Result<(), StreamError> {
        let (mut rest, mut size) = (fresh, MAX_BATCH);
        while !rest.is_empty() {
            let (now, later) = rest.split_at(size.min(rest.len()));
            let Err(fault) = self.batch(today, now, answers)? else {
                rest = later;
                continue;
            };
            let full = fault.slug() == OVER_QUOTA;
            if full && now.len() > 1 {
                size = now.len() / 2;
                continue;
            }
            let refused = if full { rest } else { now };
            for one in refused {
                let answer = Answer::refused(Some(one.begun.id.clone()), &fault);
                put(answers, one.line, answer);
            }
            rest = if full { &[] } else { later };
        }
        Ok(())
    }

    /// One batch: files, journal, ledger, journal.
    fn batch(
        &mut self,
        today: Day,
        fresh: &[Fresh],
        answers: &mut [Option<Answer>],
    ) -> Result<Result<(), LineFault>, StreamError> {
        for one in fresh {
            write_one(self.out, &one.held)?;
        }
        let all = fresh.iter().map(|one| one.begun.clone()).collect();
        let held: Vec<_> = fresh.iter().map(|one| one.held.clone()).collect();
        let batch = self.journal.begin(today, all)?;
        let settled = self.settle(&batch, &held, false)?;
        self.note(&batch, &held, &settled)?;
        Ok(settled.map(|(day, entry)| {
            for one in fresh {
                let leaf = one.begun.leaf;
                let answer = Answer::Issued {
                    id: one.begun.id.clone(),
                    file: file_of(self.out, &leaf),
                    leaf,
                    tree_day: day.to_iso(),
                    entry,
                };
                put(answers, one.line, answer);
            }
        }))
    }

    /// Posts a batch until the ledger has said yes or no. Whether it stands already is looked up where somebody may have
    /// posted it before: a run that ended, or a request whose answer was lost.
    fn settle(
        &self,
        batch: &Batch,
        held: &[HeldAttestation],
        mut look: bool,
    ) -> Result<Result<(Day, Option<u64>), LineFault>, StreamError> {
        let Some(first) = held.first() else {
            return Ok(Ok((batch.day, None)));
        };
        let kind = first.attestation.0.kind();
        let bodies: Vec<_> = held.iter().map(|one| one.attestation.0.body()).collect();
        let mut attempt = 0;
        loop {
            if look {
                let day = self.found(batch)?;
                if let Some(day) = day {
                    return Ok(Ok((day, None)));
                }
            }
            let error = match self.desk.attest(kind, bodies.clone()) {
                Ok(receipt) => return Ok(Ok((receipt.time.day(), Some(receipt.entry)))),
                Err(error) => error,
            };
            let slug = error.problem().map(|problem| problem.slug().to_owned());
            match slug {
                Some(slug) if slug == REPEATED && !look => look = true,
                Some(slug) if is_final(&error) && !error.is_offline() => {
                    return Ok(Err(ledger_fault(slug, &error)));
                }
                _ => {
                    self.again(error, attempt)?;
                    attempt = attempt.saturating_add(1);
                    look = true;
                }
            }
        }
    }

    /// The day in whose tree a batch stands, if it does: a batch stands as a whole or not at all.
    fn found(&self, batch: &Batch) -> Result<Option<Day>, StreamError> {
        let Some(first) = batch.all.first() else {
            return Ok(None);
        };
        let mut attempt = 0;
        loop {
            match self.looked_up(batch.day, &first.leaf) {
                Ok(found) => return Ok(found),
                Err(WalletError::Node(error)) => self.again(error, attempt)?,
                Err(error) => self.ledger.wait(&error, attempt),
            }
            attempt = attempt.saturating_add(1);
        }
    }

    fn looked_up(&self, since: Day, leaf: &AttestationLeaf) -> Result<Option<Day>, WalletError> {
        let today = self.ledger.today()?;
        for day in since.get()..=today.get() {
            let day = Day::new(day);
            if self.ledger.attested(day, leaf)? {
                return Ok(Some(day));
            }
        }
        Ok(None)
    }

    /// Waits, unless trying again is in vain.
    fn again(&self, error: ClientError, attempt: u32) -> Result<(), StreamError> {
        match error {
            ClientError::Address(_) | ClientError::NoSigner => Err(error.into()),
            error => {
                self.ledger.wait(&error, attempt);
                Ok(())
            }
        }
    }

    /// Notes what became of a batch. The holders' files tell the day of the tree before anything says that they stand.
    fn note(
        &mut self,
        batch: &Batch,
        held: &[HeldAttestation],
        settled: &Result<(Day, Option<u64>), LineFault>,
    ) -> Result<(), StreamError> {
        match settled {
            Ok((day, entry)) => {
                for one in held.iter().filter(|one| one.tree_day != *day) {
                    let mut held = one.clone();
                    held.tree_day = *day;
                    write_one(self.out, &held)?;
                }
                self.journal.posted(batch, *day, *entry)?;
            }
            Err(_) => {
                self.journal.give_back(batch)?;
                for begun in &batch.all {
                    // A file that nobody is told of harms nobody; its absence is no fault.
                    let _ = std::fs::remove_file(file_of(self.out, &begun.leaf));
                }
            }
        }
        Ok(())
    }

    /// The holder's file of a batch that was begun.
    fn read_held(&self, begun: &Begun) -> Result<HeldAttestation, StreamError> {
        let path = file_of(self.out, &begun.leaf);
        let lost = || StreamError::Lost(path.clone());
        let bytes = std::fs::read(&path).map_err(|_| lost())?;
        let held: HeldAttestation = serde_json::from_slice(&bytes).map_err(|_| lost())?;
        if held.attestation.0.leaf() == begun.leaf {
            Ok(held)
        } else {
            Err(lost())
        }
    }

    /// Takes back what is asked for, one transaction for each day and reason.
    fn withdraw(
        &mut self,
        asked: Vec<(usize, String, String)>,
        answers: &mut [Option<Answer>],
    ) -> Result<(), StreamError> {
        let mut groups: BTreeMap<(Day, String), BTreeMap<String, AttestationLeaf>> =
            BTreeMap::new();
        for (_, id, reason) in &asked {
            if let Some(known) = self.journal.of(id)
                && let Standing::Issued { day, .. } = known.state
            {
                let group = groups.entry((day, reason.clone())).or_default();
                group.insert(id.clone(), known.leaf);
            }
        }
        let mut faults: HashMap<String, LineFault> = HashMap::new();
        for ((day, reason), group) in groups {
            // Asked for twice with two reasons: the first one took it back.
            let left = group.into_iter().filter(|(id, _)| self.is_issued(id));
            let group: BTreeMap<String, AttestationLeaf> = left.collect();
            if group.is_empty() {
                continue;
            }
            let leaves = group.values().copied().collect();
            match self.taken_back(day, leaves, &reason)? {
                Ok(entry) => {
                    for id in group.keys() {
                        self.journal.withdrawn(id, entry)?;
                    }
                }
                Err(fault) => faults.extend(group.into_keys().map(|id| (id, fault.clone()))),
            }
        }
        for (line, id, _) in asked {
            let answer = match (faults.get(&id), self.journal.of(&id).map(|k| k.state)) {
                (_, Some(Standing::Withdrawn { entry })) => Answer::Withdrawn { id, entry },
                (Some(fault), _) => Answer::refused(Some(id), fault),
                (None, _) => Answer::refused(Some(id), &LineFault::NotIssued),
            };
            put(answers, line, answer);
        }
        Ok(())
    }

    fn is_issued(&self, id: &str) -> bool {
        let state = self.journal.of(id).map(|known| known.state);
        matches!(state, Some(Standing::Issued { .. }))
    }

    fn taken_back(
        &self,
        day: Day,
        leaves: Vec<AttestationLeaf>,
        reason: &str,
    ) -> Result<Result<Option<u64>, LineFault>, StreamError> {
        let mut attempt = 0;
        loop {
            let error = match self.desk.withdraw(day, leaves.clone(), reason) {
                Ok(receipt) => return Ok(Ok(Some(receipt.entry))),
                Err(error) => error,
            };
            match error.problem().map(|problem| problem.slug().to_owned()) {
                // A request whose answer was lost took it back.
                Some(slug) if slug == WITHDRAWN => return Ok(Ok(None)),
                Some(slug) if is_final(&error) && !error.is_offline() => {
                    return Ok(Err(ledger_fault(slug, &error)));
                }
                _ => self.again(error, attempt)?,
            }
            attempt = attempt.saturating_add(1);
        }
    }
}

fn ledger_fault(slug: String, error: &ClientError) -> LineFault {
    let detail = error.to_string();
    LineFault::Ledger { slug, detail }
}

fn put(answers: &mut [Option<Answer>], line: usize, answer: Answer) {
    if let Some(place) = answers.get_mut(line) {
        *place = Some(answer);
    }
}

#[cfg(test)]
mod tests;
