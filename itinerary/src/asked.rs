//! Those who asked, and the table of answers that an attester issues from. Whoever cannot be answered for is named by row and
//! reason, never by number.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

use luyin_protocol::time::Day;
use serde::{Deserialize, Serialize};

use crate::record::DayRecord;
use crate::token::{InvalidToken, SubscriberToken};
use crate::window::{Unattested, Window, visited};

/// Why nobody was answered.
#[derive(Debug, thiserror::Error)]
pub enum AskedError {
    /// The table of those who asked.
    #[error("{path}: {source}; it needs the columns subscriber and binding, and may have card_day")]
    Table {
        /// which
        path: PathBuf,
        /// why not
        source: csv::Error,
    },
    /// What happened on a day of the window is unknown, which is not the same as nothing.
    #[error("not all of {} was delivered, and the window of {} needs it; nothing was stated", day.to_iso(), asked.to_iso())]
    Incomplete {
        /// which
        day: Day,
        /// day of the question
        asked: Day,
    },
}

/// Why a row of the asked is not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Its shape.
    #[error("not a row with subscriber and binding")]
    Shape,
    /// Its subscriber.
    #[error(transparent)]
    Token(#[from] InvalidToken),
    /// Nobody's itinerary is bound to two cards.
    #[error("the same subscriber as row {0}")]
    Repeated(u64),
    /// The operator does not know enough.
    #[error(transparent)]
    Unattested(#[from] Unattested),
}

/// A row that is not answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// Its number, the first below the heading is 1.
    pub row: u64,
    /// Why.
    pub reason: String,
}

/// What was answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// Rows of the asked.
    pub rows: u64,
    /// Rows answered.
    pub stated: u64,
    /// The others.
    pub left_out: Vec<LeftOut>,
    /// First day of the window, `YYYY-MM-DD`.
    pub first: String,
    /// Its last.
    pub last: String,
}

#[derive(Debug, Deserialize)]
struct Line {
    subscriber: String,
    binding: String,
    #[serde(default)]
    card_day: Option<String>,
}

#[derive(Debug)]
struct One {
    token: SubscriberToken,
    binding: String,
    card_day: Option<String>,
}

/// The rows of those who asked, with the days of the window that are known of them.
#[derive(Debug)]
pub struct Asked {
    window: Window,
    rows: Vec<Result<One, Refused>>,
    days: HashMap<SubscriberToken, Vec<(Day, DayRecord)>>,
}

impl Asked {
    /// Reads a table with the columns `subscriber`, `binding` and, where there is one, `card_day`.
    ///
    /// # Errors
    /// [`AskedError::Table`]; a row that cannot be read is none.
    pub fn read(path: &Path, window: Window) -> Result<Self, AskedError> {
        let failed = |source| AskedError::Table {
            path: path.to_owned(),
            source,
        };
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .from_path(path)
            .map_err(failed)?;
        let headings = reader.headers().map_err(failed)?.clone();
        let has = |column: &str| headings.iter().any(|heading| heading == column);
        if !has("subscriber") || !has("binding") {
            let missing = io::Error::new(io::ErrorKind::InvalidData, "columns are missing");
            return Err(failed(missing.into()));
        }
        let mut rows = Vec::new();
        let mut seen: HashMap<SubscriberToken, u64> = HashMap::new();
        for (number, record) in (1..).zip(reader.byte_records()) {
            let one = one(record.map_err(failed)?, &headings);
            rows.push(one.and_then(|one| match seen.get(&one.token) {
                Some(first) => Err(Refused::Repeated(*first)),
                None => {
                    seen.insert(one.token, number);
                    Ok(one)
                }
            }));
        }
        let days = seen.into_keys().map(|token| (token, Vec::new()));
        Ok(Self {
            window,
            rows,
            days: days.collect(),
        })
    }

    /// Takes what is known of a subscriber's day; of who did not ask it is passed over.
    pub fn know(&mut self, day: Day, token: SubscriberToken, record: &DayRecord) {
        if let Some(days) = self.days.get_mut(&token) {
            days.push((day, *record));
        }
    }

    /// The table that `luyin attester issue` takes, with the columns `binding`, `day`, `value` and `card_day`, and what is
    /// in it.
    #[must_use]
    pub fn answer(&self) -> (Vec<u8>, Answered) {
        let day = self.window.asked().to_iso();
        let mut answered = Answered {
            rows: 0,
            stated: 0,
            left_out: Vec::new(),
            first: self.window.first().to_iso(),
            last: self.window.last().to_iso(),
        };
        let mut table = csv::Writer::from_writer(Vec::new());
        // Writing to memory does not fail.
        let mut write = |fields: [&str; 4]| drop(table.write_record(fields));
        write(["binding", "day", "value", "card_day"]);
        for row in &self.rows {
            answered.rows += 1;
            match self.one(row) {
                Ok((one, value)) => {
                    let card_day = one.card_day.as_deref().unwrap_or_default();
                    write([&one.binding, &day, &value, card_day]);
                    answered.stated += 1;
                }
                Err(refused) => answered.left_out.push(LeftOut {
                    row: answered.rows,
                    reason: refused.to_string(),
                }),
            }
        }
        (table.into_inner().unwrap_or_default(), answered)
    }

    fn one<'a>(&self, row: &'a Result<One, Refused>) -> Result<(&'a One, String), Refused> {
        let one = row.as_ref().map_err(|refused| *refused)?;
        let days = self.days.get(&one.token).into_iter().flatten().copied();
        Ok((one, visited(self.window, days)?.value()))
    }
}

fn one(record: csv::ByteRecord, headings: &csv::StringRecord) -> Result<One, Refused> {
    if record.len() != headings.len() {
        return Err(Refused::Shape);
    }
    let text = csv::StringRecord::from_byte_record(record).map_err(|_| Refused::Shape)?;
    let line: Line = text
        .deserialize(Some(headings))
        .map_err(|_| Refused::Shape)?;
    Ok(One {
        token: line.subscriber.trim().parse()?,
        binding: line.binding,
        card_day: line.card_day,
    })
}

#[cfg(test)]
mod tests {
    use luyin_protocol::itinerary::Itinerary;
    use luyin_protocol::region::{RegionCode, RegionTable};

    use super::*;
    use crate::rules::Rules;

    fn day(text: &str) -> Day {
        Day::from_iso(text).unwrap()
    }

    fn asked(lines: &str) -> Result<Asked, AskedError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("asked.csv");
        std::fs::write(&path, lines).unwrap();
        Asked::read(
            &path,
            Window::asked_on(day("2020-03-05"), Rules::embedded()),
        )
    }

    fn stayed(code: &str, ported: bool) -> DayRecord {
        let code: RegionCode = code.parse().unwrap();
        let region = RegionTable::embedded().by_code(code).unwrap();
        DayRecord {
            regions: Itinerary::from_regions([region.index()]),
            ported,
        }
    }

    #[test]
    fn a_row_is_answered_or_left_out_with_its_reason_and_names_nobody() {
        let mut asked = asked(
            "card_day,binding,subscriber\n\
             2020-03-04,aa,8000000000000001\n\
             ,bb,8000000000000001\n\
             ,cc,13800138000\n\
             ,dd,8000000000000002\n\
             ,ee,8000000000000003\n\
             ,ff\n\
             ,\"a,b\",8000000000000004\n",
        )
        .unwrap();
        let mut know = |token: u64, on: &str, record| {
            asked.know(day(on), SubscriberToken::new(token).unwrap(), &record);
        };
        know(1 << 63 | 1, "2020-02-20", stayed("JPN", false));
        know(1 << 63 | 1, "2020-03-04", stayed("420100", false));
        know(1 << 63 | 1, "2020-03-05", stayed("110000", false));
        know(1 << 63 | 3, "2020-03-01", stayed("420100", true));
        know(1 << 63 | 4, "2020-03-01", DayRecord::default());
        know(1 << 63 | 9, "2020-03-01", stayed("420100", false));
        let (table, answered) = asked.answer();
        assert_eq!(
            String::from_utf8(table).unwrap(),
            "binding,day,value,card_day\n\
             aa,2020-03-05,420100;JPN,2020-03-04\n\
             \"a,b\",2020-03-05,,\n"
        );
        assert_eq!((answered.rows, answered.stated), (7, 2));
        assert_eq!(
            (&*answered.first, &*answered.last),
            ("2020-02-20", "2020-03-04")
        );
        let reasons = answered.left_out.iter();
        let reasons: Vec<(u64, &str)> = reasons.map(|l| (l.row, l.reason.as_str())).collect();
        let said = [
            (2, "row 1"),
            (3, "token"),
            (4, "not seen"),
            (5, "operator"),
            (6, "not a row"),
        ];
        for ((row, reason), (wanted, part)) in reasons.iter().zip(said) {
            assert!(
                *row == wanted && reason.contains(part),
                "row {row}: {reason}"
            );
        }
        assert_eq!(reasons.len(), said.len());
        assert!(!format!("{answered:?}").contains("13800138000"));
    }

    #[test]
    fn a_table_without_its_columns_is_refused_and_one_without_rows_is_answered_by_none() {
        for table in ["", "subscriber,nym\n", "binding\n"] {
            assert!(
                matches!(asked(table), Err(AskedError::Table { .. })),
                "{table}"
            );
        }
        let (table, answered) = asked("subscriber,binding\n").unwrap().answer();
        assert_eq!(table, b"binding,day,value,card_day\n");
        assert_eq!((answered.rows, answered.stated), (0, 0));
    }
}
