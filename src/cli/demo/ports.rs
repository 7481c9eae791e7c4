//! Who listens where. Each kind has consecutive ports, beginning with the first of its kind.

use super::cast::Shape;
use luyin_protocol::escrow::TrusteeIndex;
use std::net::SocketAddr;

/// The addresses of a demo network.
#[derive(Clone, Copy, Debug)]
pub struct Ports {
    pub shape: Shape,
    /// Where the first node listens for requests.
    pub listen: SocketAddr,
    /// Port of the first trustee.
    pub trustee: u16,
    /// Port of the first witness.
    pub witness: u16,
    /// Port at which the first node is reached by the others.
    pub consensus: u16,
}

impl Ports {
    fn nth(&self, first: u16, place: u8) -> SocketAddr {
        let port = first.saturating_add(u16::from(place).saturating_sub(1));
        SocketAddr::new(self.listen.ip(), port)
    }

    /// A node's address for requests.
    pub fn node(&self, place: u8) -> SocketAddr {
        self.nth(self.listen.port(), place)
    }

    /// A node's address for other nodes.
    pub fn consensus(&self, place: u8) -> SocketAddr {
        self.nth(self.consensus, place)
    }

    /// A witness's address.
    pub fn witness(&self, place: u8) -> SocketAddr {
        self.nth(self.witness, place)
    }

    /// A trustee's address.
    pub fn trustee(&self, index: TrusteeIndex) -> SocketAddr {
        self.nth(self.trustee, index.get())
    }

    /// The addresses of all nodes' HTTP sides.
    pub fn nodes(&self) -> impl Iterator<Item = SocketAddr> + '_ {
        (1..=self.shape.validators).map(|place| self.node(place))
    }

    /// The addresses of all witnesses.
    pub fn witnesses(&self) -> impl Iterator<Item = SocketAddr> + '_ {
        (1..=self.shape.witnesses).map(|place| self.witness(place))
    }

    /// The addresses of all trustees.
    pub fn trustees(&self) -> impl Iterator<Item = SocketAddr> + '_ {
        TrusteeIndex::all().map(|index| self.trustee(index))
    }
}
