//! Keeping up with a node: one answer tells all that may have changed, and only what did is fetched (clause 9.9).

use super::walk::Walked;
use super::{Ledger, Person, PublicData, Vault, Wallet, WalletError};
use crate::client::{Encoded, News};
use luyin_protocol::time::Day;

impl<V: Vault> Wallet<V> {
    /// The newest news, of a node of the wallet's network.
    pub(super) fn hear(&self, ledger: &impl Ledger) -> Result<News, WalletError> {
        let news = ledger.news()?;
        if news.network == self.network() {
            Ok(news)
        } else {
            Err(WalletError::OtherNetwork)
        }
    }

    /// What was heard last since the wallet was opened.
    pub(super) fn heard(&self) -> Result<&News, WalletError> {
        self.news.as_ref().ok_or(WalletError::NeverSynced)
    }

    /// Takes over the public data a node serves, so that the wallet can show and explain without one.
    ///
    /// # Errors
    /// Those of the node; [`WalletError::Untrusted`] where a release bears too few signatures.
    pub fn sync(&mut self, ledger: &impl Ledger) -> Result<(), WalletError> {
        self.look(ledger)?;
        self.save()
    }

    /// The same, without writing it down: for who writes next.
    pub(super) fn look(&mut self, ledger: &impl Ledger) -> Result<(), WalletError> {
        let news = self.hear(ledger)?;
        let seen = self.public_data(&news, ledger)?;
        self.content.seen = Some(seen);
        self.drop_stale(news.now.day());
        self.news = Some(news);
        Ok(())
    }

    /// Takes over the public data, and walks a person on where the ledger may know more of them than the wallet.
    ///
    /// # Errors
    /// Those of the node and of writing; [`WalletError::NotEnrolled`] and [`WalletError::NotOnLedger`] before enrolment.
    pub fn keep_up(
        &mut self,
        label: Option<&str>,
        ledger: &impl Ledger,
    ) -> Result<Walked, WalletError> {
        self.sync(ledger)?;
        let news = self.heard()?.clone();
        if !self.content.person(label)?.may_be_behind(news.now.day()) {
            return Ok(Walked::default());
        }
        let walked = self.walk_by(label, &news, ledger)?;
        if walked.steps > 0 {
            // The note that was found may lie under a newer epoch only.
            self.sync(ledger)?;
        }
        Ok(walked)
    }

    /// Fetches each list whose mark is another than when it was last fetched.
    fn public_data(&self, news: &News, ledger: &impl Ledger) -> Result<PublicData, WalletError> {
        let marks = &news.marks;
        let seen = self.content.seen.as_ref();
        // A wallet written before there were marks has none, and fetches all.
        let kept = |same: fn(&PublicData, &News) -> bool| seen.filter(|seen| same(seen, news));
        let encoded = |all: Vec<_>| all.into_iter().map(Encoded).collect();
        Ok(PublicData {
            at: news.now,
            policies: match kept(|s, n| s.marks.policies == n.marks.policies) {
                Some(seen) => seen.policies.clone(),
                None => encoded(ledger.policies()?),
            },
            risk_lists: match kept(|s, n| s.marks.risk_lists == n.marks.risk_lists) {
                Some(seen) => seen.risk_lists.clone(),
                None => ledger.risk_lists()?.into_iter().map(Encoded).collect(),
            },
            notices: match kept(|s, n| s.marks.notices == n.marks.notices) {
                Some(seen) => seen.notices.clone(),
                None => ledger.notices()?,
            },
            releases: match kept(|s, n| s.marks.releases == n.marks.releases) {
                Some(seen) => seen.releases.clone(),
                None => self.releases(news.now.day(), ledger)?,
            },
            marks: marks.clone(),
        })
    }

    fn releases(
        &self,
        day: Day,
        ledger: &impl Ledger,
    ) -> Result<Vec<Encoded<luyin_protocol::tx::Release>>, WalletError> {
        let releases = ledger.releases(day)?;
        let parameters = &self.content.parameters.0;
        for release in &releases {
            release.verify(&self.network(), parameters).map_err(|_| {
                WalletError::Untrusted("a release that three trustees did not sign")
            })?;
        }
        Ok(releases.into_iter().map(Encoded).collect())
    }

    /// Passes of days gone by are of no more use.
    fn drop_stale(&mut self, today: Day) {
        let yesterday = today.minus(1);
        for person in &mut self.content.persons {
            person.passes.retain(|ready| ready.pass.0.day >= yesterday);
        }
    }
}

impl Person {
    /// Whether the ledger may know more of the person than the wallet: before the day's check-in, after a restore, and as
    /// long as it is open what became of a submission. Who asks each time at a look would show the node over and over which
    /// bucket is theirs.
    fn may_be_behind(&self, today: Day) -> bool {
        let newest = self
            .note
            .as_ref()
            .and_then(|note| note.state().newest_checkin());
        let checked_in = newest.is_some_and(|slot| slot.day() >= today);
        self.restored || self.pending.is_some() || !checked_in
    }
}
