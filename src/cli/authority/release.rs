//! The daily job: asks the trustees for the values of every live notice's days and publishes what three of them signed.
//! Running it again publishes nothing twice.

use luyin_protocol::codec::Canonical;
use luyin_protocol::escrow::{TrusteeIndex, TrusteeSignature};
use luyin_protocol::network::{NetworkParameters, RELEASES_NEEDED};
use luyin_protocol::risk::{DayRelease, NoticeId};
use luyin_protocol::signature::Domain;
use luyin_protocol::time::Day;
use luyin_protocol::tx::{Release, Tx};
use serde::Serialize;

use super::opening::listed;
use luyin_device::client::{ClientError, LiveNotice, Receipt, ReleaseAnswer, Without};

/// What the job works with; the network, or a test.
pub trait Sources {
    /// The live notices.
    fn notices(&self) -> Result<Vec<LiveNotice>, ClientError>;
    /// What is published of a day.
    fn releases(&self, day: Day) -> Result<Vec<Release>, ClientError>;
    /// One trustee's answer.
    fn ask(
        &self,
        trustee: TrusteeIndex,
        notice: &NoticeId,
        day: Day,
    ) -> Result<ReleaseAnswer, ClientError>;
    /// Publishes.
    fn post(&self, tx: &Tx) -> Result<Receipt, ClientError>;
}

/// What the job did.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Days of live notices that were looked at.
    pub due: u64,
    /// Published now.
    pub released: u64,
    /// Published before.
    pub already: u64,
    /// Not published, with the reason.
    pub failed: Vec<Failed>,
    /// Trustees that were silent or false, each once with the last reason.
    pub without: Vec<Without>,
}

/// A day of a notice that could not be published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failed {
    /// The notice.
    pub notice: NoticeId,
    /// The day.
    pub day: Day,
    /// Why.
    pub why: String,
}

impl std::fmt::Display for Summary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let failed = self.failed.len();
        write!(
            f,
            "{} days due = {} released + {} released before + {failed} failed",
            self.due, self.released, self.already
        )?;
        for Failed { notice, day, why } in &self.failed {
            write!(f, "\nnotice {notice}, {}: {why}", day.to_iso())?;
        }
        for without in &self.without {
            write!(f, "\nwithout {without}")?;
        }
        Ok(())
    }
}

/// Publishes the values of `days` from `today` on; trustees give none later than tomorrow.
///
/// # Errors
/// Where the node cannot be asked; what fails of single days is counted.
pub fn release(
    sources: &impl Sources,
    parameters: &NetworkParameters,
    today: Day,
    days: u16,
) -> Result<Summary, ClientError> {
    let mut summary = Summary::default();
    let notices = sources.notices()?;
    for n in 0..days {
        let day = today.plus(n);
        let published = sources.releases(day)?;
        for notice in notices.iter().filter(|n| (n.from..=n.until).contains(&day)) {
            summary.due += 1;
            if published.iter().any(|r| r.values.notice == notice.id) {
                summary.already += 1;
                continue;
            }
            match one(sources, parameters, &notice.id, day, &mut summary.without) {
                Ok(Published::Now) => summary.released += 1,
                Ok(Published::Before) => summary.already += 1,
                Err(why) => summary.failed.push(Failed {
                    notice: notice.id,
                    day,
                    why,
                }),
            }
        }
    }
    Ok(summary)
}

enum Published {
    Now,
    Before,
}

fn one(
    sources: &impl Sources,
    parameters: &NetworkParameters,
    notice: &NoticeId,
    day: Day,
    without: &mut Vec<Without>,
) -> Result<Published, String> {
    let mut here = Vec::new();
    let mut heard: Vec<(DayRelease, Vec<TrusteeSignature>)> = Vec::new();
    for trustee in TrusteeIndex::all() {
        match heard_from(sources, parameters, notice, day, trustee, &mut here) {
            Ok((values, signature)) => match heard.iter_mut().find(|(v, _)| *v == values) {
                Some((_, signatures)) => signatures.push(signature),
                None => heard.push((values, vec![signature])),
            },
            Err(why) => here.push(Without::new(trustee, why)),
        }
    }
    heard.sort_by_key(|(_, signatures)| std::cmp::Reverse(signatures.len()));
    let mut heard = heard.into_iter();
    let most = heard.next().filter(|(_, s)| s.len() >= RELEASES_NEEDED);
    for (_, signatures) in heard {
        for one in signatures {
            let why = "signed other values than the others".to_owned();
            here.push(Without::new(one.trustee, why));
        }
    }
    let reason = listed(&here);
    for new in here {
        without.retain(|known| known.trustee != new.trustee);
        without.push(new);
    }
    without.sort_by_key(|known| known.trustee);
    let (values, signatures) = most.ok_or(format!("fewer than three trustees agree: {reason}"))?;
    match sources.post(&Tx::Release(Release { values, signatures })) {
        Ok(_) => Ok(Published::Now),
        Err(error) if is_repeated(&error) => Ok(Published::Before),
        Err(error) => Err(error.to_string()),
    }
}

fn is_repeated(error: &ClientError) -> bool {
    error
        .problem()
        .is_some_and(|problem| problem.slug() == "release-repeated")
}

/// A trustee's values, if they are of the notice and day and its signature holds.
fn heard_from(
    sources: &impl Sources,
    parameters: &NetworkParameters,
    notice: &NoticeId,
    day: Day,
    trustee: TrusteeIndex,
    without: &mut Vec<Without>,
) -> Result<(DayRelease, TrusteeSignature), String> {
    let answer = sources.ask(trustee, notice, day);
    let answer = answer.map_err(|error| error.to_string())?;
    let (values, signature) = (answer.values.0, answer.signature);
    let info = parameters.trustees.get(trustee.position());
    let holds = info.is_some_and(|info| {
        info.sign
            .verify(
                Domain::Release,
                &parameters.id(),
                &values.to_vec(),
                &signature,
            )
            .is_ok()
    });
    if !holds || values.notice != *notice || values.day != day {
        return Err("signed falsely; report it".to_owned());
    }
    // What a trustee says of others is hearsay: it is passed on as such.
    for hearsay in answer.without {
        let why: String = hearsay.why.chars().take(200).collect();
        let why = format!("{why} (says trustee {trustee})");
        without.retain(|known: &Without| known.trustee != hearsay.trustee);
        without.push(Without::new(hearsay.trustee, why));
    }
    Ok((values, TrusteeSignature { trustee, signature }))
}

#[cfg(test)]
mod tests;
