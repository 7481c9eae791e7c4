//! Exchange of shares and release of days (clauses 3.12 and 3.13): the one place where a handle is put together.

use std::sync::PoisonError;

use luyin_keys::escrow::{Offer, ReleaseError, SignedDay, THRESHOLD, VerifiedNotice};
use luyin_protocol::escrow::TrusteeIndex;
use luyin_protocol::risk::NoticeId;
use luyin_protocol::time::Day;
use rand::rngs::OsRng;

use super::error::TrusteeError;
use super::ledger::LogSource;
use super::peers::Peer;
use super::service::TrusteeService;
use luyin_device::client::Without;

/// Offers of other trustees that are remembered until they are used.
const MAX_OFFERS: usize = 4_096;

/// A day's values as this trustee signs them, and who could not take part.
#[derive(Debug, Clone)]
pub struct Released {
    /// The values with this trustee's signature.
    pub signed: SignedDay,
    /// The trustees that were asked and left out.
    pub without: Vec<Without>,
}

impl<S: LogSource, P: Peer> TrusteeService<S, P> {
    /// Takes another trustee's share for a notice and gives its own, each sealed to the other. Either side has found the
    /// notice in force by itself.
    pub fn exchange(
        &self,
        from: TrusteeIndex,
        notice: &NoticeId,
        sealed: &[u8],
    ) -> Result<Vec<u8>, TrusteeError> {
        let (verified, _) = self.verified(notice)?;
        let mut offers = self.offers.lock().unwrap_or_else(PoisonError::into_inner);
        if offers.len() >= MAX_OFFERS {
            offers.clear();
        }
        offers.insert((*notice, from), sealed.to_vec());
        drop(offers);
        let offer = self.offer(&verified, from)?;
        tracing::info!(with = from.get(), "exchanged shares for a notice");
        Ok(offer.sealed)
    }

    fn offer(&self, notice: &VerifiedNotice, to: TrusteeIndex) -> Result<Offer, TrusteeError> {
        let founding = self.founding()?;
        let info = founding.trustees.get(to.position());
        let info = info.ok_or(TrusteeError::Caller("trustee"))?;
        Ok(self.escrow.offer(notice, to, &info.seal, &mut OsRng)?)
    }

    /// One day's values of a notice. Shares are asked for until three fit together; who is silent or lies is left out and
    /// named.
    pub fn release(&self, notice: &NoticeId, day: Day) -> Result<Released, TrusteeError> {
        let (verified, today) = self.verified(notice)?;
        if day < today {
            return Err(TrusteeError::PastDay);
        }
        // An empty exchange refuses what no exchange could make good: a day outside the notice, a share that is not here.
        match self.escrow.release(&verified, &[], &[day]) {
            Err(ReleaseError::Escrow(_)) | Ok(_) => {}
            Err(refused) => return Err(refused.into()),
        }
        let mut without = Vec::new();
        let mut offers = self.remembered(notice);
        let mut unasked = self.peers.iter();
        loop {
            while offers.len() + 1 < THRESHOLD {
                let Some(peer) = unasked.next() else {
                    return Err(too_few(offers.len() + 1, &without));
                };
                let known = offers.iter().any(|offer| offer.from == peer.index());
                let left_out = without.iter().any(|w: &Without| w.trustee == peer.index());
                if known || left_out {
                    continue;
                }
                match self.ask(peer, &verified, notice) {
                    Ok(offer) => offers.push(offer),
                    Err(why) => without.push(Without::new(peer.index(), why)),
                }
            }
            match self.escrow.release(&verified, &offers, &[day]) {
                Ok(days) => {
                    without.sort_by_key(|w: &Without| w.trustee);
                    let signed = days.into_iter().next();
                    let signed = signed.ok_or_else(|| TrusteeError::Internal("no day".into()))?;
                    tracing::info!(left_out = without.len(), "released a day of a notice");
                    return Ok(Released { signed, without });
                }
                Err(refused) => {
                    let refused = TrusteeError::from(refused);
                    let Some(liar) = refused.named().filter(|liar| *liar != self.index) else {
                        return Err(refused);
                    };
                    tracing::warn!(trustee = liar.get(), "a trustee gave a false share");
                    offers.retain(|offer| offer.from != liar);
                    without.push(Without::new(liar, "gave a false share".to_owned()));
                }
            }
        }
    }

    /// What other trustees gave for this notice when they asked for this one's share; used once.
    fn remembered(&self, notice: &NoticeId) -> Vec<Offer> {
        let mut offers = self.offers.lock().unwrap_or_else(PoisonError::into_inner);
        let offer = |from| {
            let sealed = offers.remove(&(*notice, from))?;
            Some(Offer {
                from,
                to: self.index,
                sealed,
            })
        };
        TrusteeIndex::all().filter_map(offer).collect()
    }

    fn ask(&self, peer: &P, verified: &VerifiedNotice, notice: &NoticeId) -> Result<Offer, String> {
        let own = self.offer(verified, peer.index());
        let own = own.map_err(|error| error.to_string())?;
        let now = self.now().map_err(|error| error.to_string())?;
        let sealed = peer
            .exchange(notice, &own.sealed, now)
            .map_err(|error| error.to_string())?;
        Ok(Offer {
            from: peer.index(),
            to: self.index,
            sealed,
        })
    }
}

fn too_few(found: usize, without: &[Without]) -> TrusteeError {
    let named: Vec<String> = without.iter().map(ToString::to_string).collect();
    TrusteeError::TooFew {
        found,
        named: named.join("; "),
    }
}

#[cfg(test)]
impl<S: LogSource, P: Peer> TrusteeService<S, P> {
    /// What a trustee answers that holds another share than it acknowledged.
    pub(super) fn exchange_falsely(&self, to: TrusteeIndex, notice: &NoticeId) -> Vec<u8> {
        use ark_bn254::Fr;
        use luyin_keys::escrow::{FileShareStore, ShareStore, StoredShare, Trustee, make_shares};
        use luyin_protocol::note::RevocationHandle;
        let (verified, _) = self.verified(notice).unwrap();
        let directory = tempfile::tempdir().unwrap();
        let store = FileShareStore::open(directory.path(), self.keys.storage.clone()).unwrap();
        let other = make_shares(&RevocationHandle::from_value(Fr::from(1_u64)), &mut OsRng);
        let stored = StoredShare {
            owner: verified.enrolment().owner,
            share: other.shares[self.index.position()].clone(),
        };
        store.put(&verified.enrolment().hash(), &stored).unwrap();
        let liar = Trustee::new(self.network, self.index, self.keys.escrow.clone(), store);
        let seal = self.founding().unwrap().trustees[to.position()].seal;
        liar.offer(&verified, to, &seal, &mut OsRng).unwrap().sealed
    }
}
