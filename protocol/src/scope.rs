//! What a pass, an attestation or a check-in is shown for (protocol clause 6.2).

use crate::did::Did;
use crate::field::{DayHandle, Nym, RevocationTag, Scope, digest31};
use crate::hash::{Tag, hash};
use crate::note::IdentitySecret;
use crate::risk::NoticeId;
use crate::signature::NetworkId;
use crate::time::{Day, Timestamp};

/// Walk-in blocks a day, of four hours each.
pub const BLOCKS: u8 = 6;
/// Walk-in scopes a block.
pub const WALK_INS: u8 = 4;

/// Which of the day's scopes a pass was proved for: 0 the venue's own, 1 to 24 the walk-in ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ScopeIndex {
    /// The venue's scope of the day.
    Venue,
    /// Walk-in scope `k` (0..4) of block `b` (0..6); every gate accepts it.
    WalkIn {
        /// which four hours of the day
        block: u8,
        /// which of the four
        k: u8,
    },
}

impl ScopeIndex {
    /// From the byte a pass carries.
    #[must_use]
    pub fn from_byte(byte: u8) -> Option<Self> {
        match byte.checked_sub(1) {
            None => Some(Self::Venue),
            Some(n) if n < BLOCKS * WALK_INS => Some(Self::WalkIn {
                block: n / WALK_INS,
                k: n % WALK_INS,
            }),
            Some(_) => None,
        }
    }

    /// The byte a pass carries.
    #[must_use]
    pub const fn byte(self) -> u8 {
        match self {
            Self::Venue => 0,
            Self::WalkIn { block, k } => 1 + block * WALK_INS + k,
        }
    }

    /// The scope itself.
    #[must_use]
    pub fn scope(self, network: &NetworkId, venue: &Did, day: Day) -> Scope {
        match self {
            Self::Venue => venue_day(network, venue, day),
            Self::WalkIn { .. } => walk_in(network, day, self.byte()),
        }
    }
}

/// The walk-in block that a moment falls into.
#[must_use]
pub fn block_of(now: Timestamp) -> u8 {
    u8::try_from(now.since_midnight_ms() / (4 * 3_600_000)).unwrap_or(BLOCKS - 1)
}

fn derive(domain: &str, network: &NetworkId, rest: &[&[u8]]) -> Scope {
    let mut bytes = network.as_bytes().to_vec();
    for part in rest {
        bytes.extend_from_slice(part);
    }
    Scope::from_value(digest31(domain, &bytes))
}

/// The scope of a venue on a day.
#[must_use]
pub fn venue_day(network: &NetworkId, venue: &Did, day: Day) -> Scope {
    derive(
        "luyin/v1/scope/venue-day",
        network,
        &[venue.as_bytes(), &day.get().to_be_bytes()],
    )
}

/// A walk-in scope of a day by its byte.
fn walk_in(network: &NetworkId, day: Day, byte: u8) -> Scope {
    derive(
        "luyin/v1/scope/walk-in",
        network,
        &[&day.get().to_be_bytes(), &[byte]],
    )
}

/// The scope in which a holder shows itself to an attester on a day.
#[must_use]
pub fn attester_day(network: &NetworkId, attester: &Did, day: Day) -> Scope {
    derive(
        "luyin/v1/scope/attester-day",
        network,
        &[attester.as_bytes(), &day.get().to_be_bytes()],
    )
}

/// The scope of an employer, in which an employee has one lasting pseudonym.
#[must_use]
pub fn employer(network: &NetworkId, employer: &Did) -> Scope {
    derive("luyin/v1/scope/employer", network, &[employer.as_bytes()])
}

/// The scope of an appeal against a notice.
#[must_use]
pub fn appeal(network: &NetworkId, notice: &NoticeId) -> Scope {
    derive("luyin/v1/scope/appeal", network, &[notice.as_bytes()])
}

/// `CHECKIN`: the scope of every check-in tag.
#[must_use]
pub fn checkin() -> Scope {
    Scope::from_value(digest31("luyin/v1/scope/checkin", b""))
}

/// `rtag = H_RevTag(rh_day, scope)`: by a day's released value whoever knows a scope recognises its holder there.
#[must_use]
pub fn revocation_tag(handle: DayHandle, scope: Scope) -> RevocationTag {
    RevocationTag::from_value(hash(Tag::RevTag, &[handle.value(), scope.value()]))
}

/// `nym = H_Nym(sk, scope)`.
#[must_use]
pub fn nym(sk: &IdentitySecret, scope: Scope) -> Nym {
    Nym::from_value(hash(Tag::Nym, &[sk.expose(), scope.value()]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scope_bytes_have_one_meaning_each() {
        let known: Vec<_> = (0..=255u8)
            .filter_map(|b| ScopeIndex::from_byte(b).map(|s| (b, s)))
            .collect();
        assert_eq!(known.len(), 25);
        assert!(known.iter().all(|(b, s)| s.byte() == *b));
    }

    #[test]
    fn scopes_of_other_days_venues_and_networks_differ() {
        let (n1, n2) = (
            NetworkId::from_bytes([1; 32]),
            NetworkId::from_bytes([2; 32]),
        );
        let (v1, v2) = (Did::from_bytes([3; 32]), Did::from_bytes([4; 32]));
        let d = Day::new(20_000);
        let all = [
            venue_day(&n1, &v1, d),
            venue_day(&n1, &v1, d.plus(1)),
            venue_day(&n1, &v2, d),
            venue_day(&n2, &v1, d),
            attester_day(&n1, &v1, d),
            employer(&n1, &v1),
            appeal(&n1, &NoticeId::from_bytes([3; 32])),
            appeal(&n2, &NoticeId::from_bytes([3; 32])),
            checkin(),
            ScopeIndex::WalkIn { block: 0, k: 0 }.scope(&n1, &v1, d),
            ScopeIndex::WalkIn { block: 0, k: 1 }.scope(&n1, &v1, d),
        ];
        assert!((1..all.len()).all(|i| !all[..i].contains(&all[i])));
    }

    #[test]
    fn a_walk_in_scope_is_the_same_at_every_venue() {
        let n = NetworkId::from_bytes([1; 32]);
        let s = ScopeIndex::WalkIn { block: 2, k: 3 };
        let d = Day::new(20_000);
        assert_eq!(
            s.scope(&n, &Did::from_bytes([3; 32]), d),
            s.scope(&n, &Did::from_bytes([4; 32]), d)
        );
    }

    #[test]
    fn blocks_are_four_beijing_hours() {
        let start = Day::new(20_000).start();
        assert_eq!(block_of(start), 0);
        assert_eq!(block_of(start.plus_ms(4 * 3_600_000)), 1);
        assert_eq!(block_of(start.plus_ms(86_400_000 - 1)), 5);
    }
}
