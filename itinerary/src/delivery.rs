//! What an operator hands over: a folder, named by the moment of its delivery, with files of events in it. The operator
//! fills it under another name and renames it when it is whole. Nothing in it is ever written to, moved or kept.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use luyin_protocol::time::{Day, Timestamp};
use serde::{Deserialize, Serialize};

/// The moment of a delivery, `2020-03-06T0200` in Beijing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Moment {
    day: Day,
    minute: u16,
}

/// Not a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a delivery is named by its moment in Beijing, such as 2020-03-06T0200")]
pub struct InvalidMoment;

impl Moment {
    /// A minute of a Beijing day; the last one for any after it.
    #[must_use]
    pub fn new(day: Day, minute: u16) -> Self {
        Self {
            day,
            minute: minute.min(1439),
        }
    }

    /// The one that a time lies in.
    #[must_use]
    pub fn at(time: Timestamp) -> Self {
        let minute = u16::try_from(time.since_midnight_ms() / 60_000);
        Self::new(time.day(), minute.unwrap_or(u16::MAX))
    }

    /// Its Beijing day.
    #[must_use]
    pub const fn day(self) -> Day {
        self.day
    }

    /// As a time.
    #[must_use]
    pub fn timestamp(self) -> Timestamp {
        self.day.start().plus_ms(u64::from(self.minute) * 60_000)
    }
}

impl FromStr for Moment {
    type Err = InvalidMoment;

    fn from_str(text: &str) -> Result<Self, InvalidMoment> {
        let (day, clock) = text.split_once('T').ok_or(InvalidMoment)?;
        let day = Day::from_iso(day).map_err(|_| InvalidMoment)?;
        if clock.len() != 4 || !clock.bytes().all(|b| b.is_ascii_digit()) {
            return Err(InvalidMoment);
        }
        let clock: u16 = clock.parse().map_err(|_| InvalidMoment)?;
        let (hour, minute) = (clock / 100, clock % 100);
        if hour > 23 || minute > 59 {
            return Err(InvalidMoment);
        }
        Ok(Self {
            day,
            minute: hour * 60 + minute,
        })
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hour, minute) = (self.minute / 60, self.minute % 60);
        write!(f, "{}T{hour:02}{minute:02}", self.day.to_iso())
    }
}

impl TryFrom<String> for Moment {
    type Error = InvalidMoment;
    fn try_from(text: String) -> Result<Self, InvalidMoment> {
        text.parse()
    }
}

impl From<Moment> for String {
    fn from(moment: Moment) -> Self {
        moment.to_string()
    }
}

/// Why a drop could not be read.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    /// A file or folder.
    #[error("{path}: {source}")]
    File {
        /// which
        path: PathBuf,
        /// why not
        source: std::io::Error,
    },
    /// A folder's name.
    #[error("{path}: {source}; one that is still being written has a name that begins with a dot")]
    Name {
        /// which
        path: PathBuf,
        /// why not
        source: InvalidMoment,
    },
    /// Something else in a delivery.
    #[error("{0}: not .parquet, .csv or .csv.gz; a delivery holds nothing else")]
    Stranger(PathBuf),
}

/// How a file holds its events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// Parquet, which the engine reads.
    Parquet,
    /// Text, `csv` or `csv.gz`.
    Text,
}

impl FileKind {
    /// As the file's name has it; `None` for one that holds no events.
    #[must_use]
    pub fn of(path: &Path) -> Option<Self> {
        let name = name(path);
        if name.ends_with(".parquet") {
            Some(Self::Parquet)
        } else if name.ends_with(".csv") || name.ends_with(".csv.gz") {
            Some(Self::Text)
        } else {
            None
        }
    }
}

/// A delivery in an operator's drop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// When it came.
    pub moment: Moment,
    /// Its files, by their names.
    pub files: Vec<PathBuf>,
}

impl Delivery {
    /// All deliveries of a drop, the oldest first. Names that begin with a dot are passed over.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub fn all_in(drop: &Path) -> Result<Vec<Self>, DeliveryError> {
        let mut deliveries = Vec::new();
        for folder in listed(drop)? {
            let moment = name(&folder)
                .parse()
                .map_err(|source| DeliveryError::Name {
                    path: folder.clone(),
                    source,
                })?;
            let files = listed(&folder)?;
            if let Some(stranger) = files
                .iter()
                .find(|f| !f.is_file() || FileKind::of(f).is_none())
            {
                return Err(DeliveryError::Stranger(stranger.clone()));
            }
            deliveries.push(Self { moment, files });
        }
        deliveries.sort_by_key(|delivery| delivery.moment);
        Ok(deliveries)
    }
}

fn name(path: &Path) -> &str {
    let name = path.file_name().and_then(|name| name.to_str());
    name.unwrap_or_default()
}

fn listed(folder: &Path) -> Result<Vec<PathBuf>, DeliveryError> {
    let failed = |source| DeliveryError::File {
        path: folder.to_owned(),
        source,
    };
    let mut paths = Vec::new();
    for entry in folder.read_dir().map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if !name(&path).starts_with('.') {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_survives_its_text_and_times_that_no_clock_shows_are_refused() {
        let moment: Moment = "2020-03-06T0200".parse().unwrap();
        assert_eq!(moment.to_string(), "2020-03-06T0200");
        assert_eq!(moment.timestamp().get(), 1_583_431_200_000);
        assert_eq!(Moment::at(moment.timestamp().plus_ms(59_999)), moment);
        for text in [
            "2020-03-06",
            "2020-03-06T2400",
            "2020-03-06T0260",
            "2020-02-30T0200",
            "2020-03-06T200",
            "2020-03-06T+200",
            "",
        ] {
            assert_eq!(text.parse::<Moment>(), Err(InvalidMoment), "{text}");
        }
    }

    #[test]
    fn a_drop_is_read_in_order_and_what_is_half_written_is_passed_over() {
        let drop = tempfile::tempdir().unwrap();
        let make = |path: &str| {
            let path = drop.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "x").unwrap();
        };
        make("2020-03-07T0200/b.csv");
        make("2020-03-06T0200/b.csv.gz");
        make("2020-03-06T0200/a.parquet");
        make("2020-03-06T0200/.c.csv.part");
        make(".2020-03-08T0200/a.csv");
        let all = Delivery::all_in(drop.path()).unwrap();
        let names: Vec<String> = all.iter().map(|d| d.moment.to_string()).collect();
        assert_eq!(names, ["2020-03-06T0200", "2020-03-07T0200"]);
        let kinds: Vec<_> = all[0].files.iter().map(|f| FileKind::of(f)).collect();
        assert_eq!(kinds, [Some(FileKind::Parquet), Some(FileKind::Text)]);
        make("2020-03-06T0200/notes.txt");
        let refused = Delivery::all_in(drop.path());
        assert!(matches!(refused, Err(DeliveryError::Stranger(_))));
        std::fs::remove_file(drop.path().join("2020-03-06T0200/notes.txt")).unwrap();
        make("yesterday/a.csv");
        let refused = Delivery::all_in(drop.path());
        assert!(matches!(refused, Err(DeliveryError::Name { .. })));
    }
}
