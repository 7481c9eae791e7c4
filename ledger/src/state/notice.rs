//! Risk notices, the days released for them, and the check-in tags they refuse.

use super::keys::Present;
use super::record::{Count, records};
use super::{Place, State, StateError, keys};
use crate::log::merkle::EntryIndex;
use luyin_protocol::field::{CheckinTag, SlotHandle};
use luyin_protocol::hash::{Tag, hash};
use luyin_protocol::risk::{DayRelease, NoticeId, RiskNotice, Uid};
use luyin_protocol::scope;
use luyin_protocol::time::{Day, Timestamp};

records! {
    /// A notice with its entry.
    PublishedNotice {
        /// The notice.
        notice: RiskNotice,
        /// When it was published.
        published: Timestamp,
        /// Its entry.
        entry: EntryIndex,
    }

    /// The lifting of a notice.
    Lifted {
        /// When.
        time: Timestamp,
        /// By which entry.
        entry: EntryIndex,
    }

    /// The values of a day.
    ReleasedDay {
        /// As the trustees signed them.
        values: DayRelease,
        /// When.
        time: Timestamp,
        /// By which entry.
        entry: EntryIndex,
    }
}

/// The check-in tag that a slot's value yields (clause 5.4.h).
#[must_use]
pub fn checkin_tag(handle: &SlotHandle) -> CheckinTag {
    let inputs = [handle.value(), scope::checkin().value()];
    CheckinTag::from_value(hash(Tag::RevTag, &inputs))
}

impl State<'_> {
    /// A notice, if it stands on a day: not lifted and not over. One that has not begun stands.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn standing_notice(
        &self,
        id: NoticeId,
        day: Day,
    ) -> Result<Option<PublishedNotice>, StateError> {
        let Some(found) = self.get(&keys::notice(id))? else {
            return Ok(None);
        };
        let lifted = self.has(&keys::notice_lifted(id))?;
        Ok(Some(found).filter(|n| !lifted && day <= n.notice.until))
    }

    /// The notices that stand on a day.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn standing_notices(
        &self,
        day: Day,
    ) -> Result<Vec<(NoticeId, PublishedNotice)>, StateError> {
        let mut out = Vec::new();
        for (id, notice) in self.all(&keys::notices())? {
            if day <= notice.notice.until && !self.has(&keys::notice_lifted(id))? {
                out.push((id, notice));
            }
        }
        Ok(out)
    }

    /// The values released for a day, of notices that are not lifted: what gates are given.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn released_values(&self, day: Day) -> Result<Vec<ReleasedDay>, StateError> {
        let mut out = Vec::new();
        for released in self.all_released_values(day)? {
            if !self.has(&keys::notice_lifted(released.values.notice))? {
                out.push(released);
            }
        }
        Ok(out)
    }

    /// The values released for a day, of lifted notices too: what gates were given at one time or another.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn all_released_values(&self, day: Day) -> Result<Vec<ReleasedDay>, StateError> {
        let mut out = Vec::new();
        for (id, Present) in self.all(&keys::releases_of_day(day))? {
            let released = self.get(&keys::release(id, day))?;
            out.push(released.ok_or(StateError::Contradiction("a day without its values"))?);
        }
        Ok(out)
    }

    /// Whether a check-in tag belongs to a notice that is not lifted. A tag is of one slot, and only slots of the
    /// notice's days are released, so that the notice covers it is given.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn is_live_tag(&self, tag: CheckinTag) -> Result<bool, StateError> {
        for (id, Present) in self.all(&keys::notices_of_tag(tag))? {
            if !self.has(&keys::notice_lifted(id))? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The superseded notices of a person's entry that stand and cover a day.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn superseding(
        &self,
        uid: Uid,
        day: Day,
    ) -> Result<Vec<(NoticeId, PublishedNotice)>, StateError> {
        let mut out = Vec::new();
        for (id, Present) in self.all(&keys::superseded_of(uid))? {
            if let Some(found) = self.standing_notice(id, day)?
                && found.notice.covers(day)
            {
                out.push((id, found));
            }
        }
        Ok(out)
    }

    /// How many notices were published on a day, lifted ones included.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn notices_on(&self, day: Day) -> Result<Count, StateError> {
        Ok(self.get(&keys::notices_on(day))?.unwrap_or_default())
    }

    pub(crate) fn put_notice(&mut self, notice: RiskNotice, at: Place) -> Result<(), StateError> {
        let id = notice.id();
        let (day, so_far) = (at.time.day(), self.notices_on(at.time.day())?);
        self.put(&keys::notices_on(day), &so_far.plus(1));
        if let Some(uid) = notice.uid {
            self.put(&keys::superseded(uid, id), &Present);
        }
        let published = PublishedNotice {
            notice,
            published: at.time,
            entry: at.entry,
        };
        self.put(&keys::notice(id), &published);
        Ok(())
    }

    /// Ends a notice, and with it the appeals against it that nobody has answered.
    pub(crate) fn put_lifted(&mut self, id: NoticeId, at: Place) -> Result<(), StateError> {
        let lifted = Lifted {
            time: at.time,
            entry: at.entry,
        };
        self.put(&keys::notice_lifted(id), &lifted);
        self.settle_appeals_of(id, at)
    }

    pub(crate) fn put_release(&mut self, values: DayRelease, at: Place) {
        let (id, day) = (values.notice, values.day);
        for handle in &values.slots {
            self.put(&keys::live_tag(checkin_tag(handle), id), &Present);
        }
        let released = ReleasedDay {
            values,
            time: at.time,
            entry: at.entry,
        };
        self.put(&keys::release(id, day), &released);
        self.put(&keys::release_of_day(day, id), &Present);
    }
}
