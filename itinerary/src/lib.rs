//! Where a subscriber stayed, from an operator's events: the nouns, the dated rules, and the derivation as the rule says
//! it. `docs/itinerary.md` says what they mean.

mod asked;
mod delivery;
mod event;
pub mod generator;
mod judge;
mod place;
mod record;
mod reference;
mod rules;
mod small;
mod table;
mod token;
mod window;

pub use asked::{Answered, Asked, AskedError, LeftOut, Refused};
pub use delivery::{Delivery, DeliveryError, FileKind, InvalidMoment, Moment};
pub use event::{Code, Event, EventKind, InvalidCode, InvalidKind};
pub use judge::{Counts, Fate, Judge, Reason, Sighting};
pub use place::{Place, Places};
pub use record::{DayRecord, Records};
pub use reference::{Reference, Stay};
pub use rules::{Rules, RulesError, RulesInForce};
pub use small::{LARGEST, Small, SmallError};
pub use table::{COLUMNS, Row, TableError, TableReader};
pub use token::{InvalidToken, SubscriberToken, token_number};
pub use window::{Unattested, Visited, Window, visited};
