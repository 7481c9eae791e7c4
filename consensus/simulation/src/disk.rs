//! What a node keeps: its log, its bodies and its decisions, and what a crash leaves of them.

use crate::chance::Chance;
use crate::message::Seal;
use luyin_consensus::{Consortium, Height, ValueId};
use malachitebft_core_consensus::Input;
use malachitebft_core_types::{CommitCertificate, Round, ValueOrigin};
use std::collections::BTreeMap;

/// What goes down with a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// The process: whatever was written is there afterwards.
    Process,
    /// The power: of what was written and not synced, a beginning of any length is there afterwards.
    Power,
    /// The home directory too: log, bodies and decisions. The guard lies elsewhere.
    Home,
}

/// Whether bytes would outlive the loss of power.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    Written,
    Synced,
}

/// The engine's write-ahead log of one height.
#[derive(Clone, Debug, Default)]
pub struct Log {
    height: Height,
    entries: Vec<Input<Consortium>>,
    synced: usize,
}

impl Log {
    /// The entries of a height; a log of another height is emptied for it.
    pub fn fetch(&mut self, height: Height) -> Vec<Input<Consortium>> {
        if self.height != height {
            *self = Self {
                height,
                ..Self::default()
            };
        }
        self.entries.clone()
    }

    /// The height it is at.
    #[must_use]
    pub fn height(&self) -> Height {
        self.height
    }

    /// Appends; an entry of another height is ignored, as the engine does.
    pub fn append(&mut self, height: Height, entry: Input<Consortium>) {
        if height != self.height {
            return;
        }
        // The engine does not write where a value came from: what is replayed came from this log.
        let entry = match entry {
            Input::ProposedValue(value, _) => Input::ProposedValue(value, ValueOrigin::Consensus),
            other => other,
        };
        self.entries.push(entry);
    }

    /// Syncs all entries.
    pub fn sync(&mut self) {
        self.synced = self.entries.len();
    }
}

#[derive(Clone, Debug)]
struct Stored {
    body: Vec<u8>,
    durability: Durability,
}

/// A decided height.
#[derive(Clone, Debug)]
pub struct Decision {
    pub certificate: CommitCertificate<Consortium>,
    pub body: Vec<u8>,
}

/// A node's home. Its guard lies elsewhere.
#[derive(Clone, Debug, Default)]
pub struct Disk {
    pub log: Log,
    bodies: BTreeMap<ValueId, Stored>,
    offers: BTreeMap<(Height, Round, ValueId), Seal>,
    decisions: Vec<Decision>,
}

impl Disk {
    /// Keeps a body that is offered for a round.
    pub fn keep(
        &mut self,
        place: (Height, Round),
        seal: Seal,
        body: Vec<u8>,
        durability: Durability,
    ) -> ValueId {
        let id = ValueId::of(&body);
        self.bodies.entry(id).or_insert(Stored { body, durability });
        self.offers.entry((place.0, place.1, id)).or_insert(seal);
        id
    }

    /// Syncs all bodies.
    pub fn sync_bodies(&mut self) {
        for stored in self.bodies.values_mut() {
            stored.durability = Durability::Synced;
        }
    }

    /// A body.
    #[must_use]
    pub fn body(&self, id: &ValueId) -> Option<&[u8]> {
        self.bodies.get(id).map(|stored| stored.body.as_slice())
    }

    /// Whether a body would outlive the loss of power; nothing where there is none.
    #[must_use]
    pub fn durability(&self, id: &ValueId) -> Option<Durability> {
        self.bodies.get(id).map(|stored| stored.durability)
    }

    /// The bodies offered for a round, with who proposes them.
    #[must_use]
    pub fn offers(&self, height: Height, round: Round) -> Vec<(ValueId, Seal)> {
        self.offers
            .iter()
            .filter(|((h, r, _), _)| *h == height && *r == round)
            .map(|((_, _, id), seal)| (*id, *seal))
            .collect()
    }

    /// The newest decided height.
    #[must_use]
    pub fn tip(&self) -> Height {
        Height::new(u64::try_from(self.decisions.len()).unwrap_or(u64::MAX))
    }

    /// A decided height.
    #[must_use]
    pub fn decision(&self, height: Height) -> Option<&Decision> {
        let index = usize::try_from(height.get().checked_sub(1)?).ok()?;
        self.decisions.get(index)
    }

    /// Keeps the decision of the height after the tip, synced; drops what was offered up to it.
    pub fn decide(&mut self, decision: Decision) {
        let height = decision.certificate.height;
        self.decisions.push(decision);
        self.offers.retain(|(h, _, _), _| *h > height);
        let offered: Vec<ValueId> = self.offers.keys().map(|(_, _, id)| *id).collect();
        self.bodies.retain(|id, _| offered.contains(id));
    }

    /// What a crash does to it.
    pub fn lose(&mut self, loss: Loss, chance: &mut Chance) {
        match loss {
            Loss::Process => {}
            Loss::Power => {
                let unsynced = self.log.entries.len() - self.log.synced;
                let kept = self.log.synced + chance.index(unsynced + 1);
                self.log.entries.truncate(kept);
                self.bodies
                    .retain(|_, stored| stored.durability == Durability::Synced);
                let bodies = &self.bodies;
                self.offers.retain(|(_, _, id), _| bodies.contains_key(id));
            }
            Loss::Home => *self = Self::default(),
        }
        // What is read back after a crash is on the disk.
        self.log.sync();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signing::PrivateKey;
    use malachitebft_core_types::Timeout;

    fn entry(round: u32) -> Input<Consortium> {
        Input::TimeoutElapsed(Timeout::propose(Round::new(round)))
    }

    #[test]
    fn the_loss_of_power_takes_only_what_was_not_synced() {
        let mut disk = Disk::default();
        let place = (Height::new(1), Round::ZERO);
        let seal = PrivateKey::of_seat(0).seal(place.0, place.1, ValueId::of(&[]));
        let synced = disk.keep(place, seal, vec![1], Durability::Synced);
        let written = disk.keep(place, seal, vec![2], Durability::Written);
        assert!(disk.log.fetch(Height::new(1)).is_empty());
        disk.log.append(Height::new(1), entry(0));
        disk.log.sync();
        disk.log.append(Height::new(1), entry(1));
        disk.log.append(Height::new(2), entry(2));
        disk.lose(Loss::Process, &mut Chance::of(1));
        assert_eq!(disk.log.fetch(Height::new(1)).len(), 2);
        assert!(disk.body(&written).is_some());

        disk.log.append(Height::new(1), entry(2));
        disk.lose(Loss::Power, &mut Chance::of(1));
        assert!((2..=3).contains(&disk.log.fetch(Height::new(1)).len()));
        assert!(disk.body(&synced).is_some());
        assert!(disk.body(&written).is_none());
    }
}
