//! Persons' entries: one each, and the owners they used.

use super::record::{Count, records};
use super::{State, keys};
use crate::forest::LeafPosition;
use crate::log::merkle::EntryIndex;
use luyin_protocol::did::Did;
use luyin_protocol::field::Owner;
use luyin_protocol::risk::Uid;
use luyin_protocol::time::{Day, Timestamp};

records! {
    /// The latest enrolment of a person.
    Enrolment {
        /// The owner it used.
        owner: Owner,
        /// Where its first note stands.
        note: LeafPosition,
        /// 0, or the day of the re-enrolment.
        fresh_day: Day,
        /// How many enrolments this person has had, this one among them.
        count: Count,
        /// Who checked the person.
        registrar: Did,
        /// When.
        time: Timestamp,
        /// Its entry.
        entry: EntryIndex,
    }
}

impl State<'_> {
    pub(crate) fn put_enrolment(&mut self, uid: Uid, enrolment: &Enrolment) {
        self.put(&keys::owner(enrolment.owner), &enrolment.entry);
        self.put(&keys::enrolment(uid), enrolment);
    }
}
