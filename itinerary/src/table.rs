//! An operator's events as text: `csv` or `csv.gz`, with the columns of [`COLUMNS`]. A line that cannot be read is a row all
//! the same, with fields missing, and goes to quarantine.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;

use crate::event::Event;
use crate::token::token_number;

/// The columns of an operator's events: subscriber token, Unix time, region code, event kind.
pub const COLUMNS: [&str; 4] = ["subscriber", "time", "region", "kind"];

/// Bytes of a field that is read. What is longer is no event, and is not kept.
const LONGEST: usize = 64;

/// Why a table could not be read.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The file.
    #[error("{path}: {source}")]
    File {
        /// which
        path: PathBuf,
        /// why not
        source: std::io::Error,
    },
    /// It broke off, or is not compressed as its name says.
    #[error("{path}: row {row}: {source}")]
    Broken {
        /// which
        path: PathBuf,
        /// after so many rows
        row: u64,
        /// why not
        source: csv::Error,
    },
    /// Its first line.
    #[error("{path}: its columns are not subscriber,time,region,kind")]
    Columns {
        /// which
        path: PathBuf,
    },
}

/// A row that was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    record: csv::ByteRecord,
    places: [usize; 4],
    whole: bool,
}

impl Row {
    /// What it says; what cannot be read is missing.
    #[must_use]
    pub fn event(&self) -> Event<'_> {
        if !self.whole {
            return Event::default();
        }
        let [subscriber, time, region, kind] = self.places.map(|at| self.text(at));
        Event {
            token: subscriber.and_then(token_number),
            time: time.and_then(|text| text.parse().ok()),
            code: region,
            kind,
        }
    }

    fn text(&self, at: usize) -> Option<&str> {
        let fits = |field: &&[u8]| (1..=LONGEST).contains(&field.len());
        let field = self.record.get(at).filter(fits)?;
        std::str::from_utf8(field).ok()
    }
}

/// Reads a table row by row.
pub struct TableReader {
    path: PathBuf,
    reader: csv::Reader<Box<dyn Read + Send>>,
    places: [usize; 4],
    width: usize,
    rows: u64,
}

impl TableReader {
    /// Opens a file; one whose name ends in `.gz` is decompressed.
    ///
    /// # Errors
    /// [`TableError`], also where the columns are others.
    pub fn open(path: &Path) -> Result<Self, TableError> {
        let file = File::open(path).map_err(|source| TableError::File {
            path: path.to_owned(),
            source,
        })?;
        let file = BufReader::with_capacity(1 << 16, file);
        let input: Box<dyn Read + Send> = if path.extension().is_some_and(|e| e == "gz") {
            Box::new(BufReader::with_capacity(1 << 16, MultiGzDecoder::new(file)))
        } else {
            Box::new(file)
        };
        Self::new(path, input)
    }

    fn new(path: &Path, input: Box<dyn Read + Send>) -> Result<Self, TableError> {
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(input);
        let headings = reader
            .byte_headers()
            .map_err(|source| TableError::Broken {
                path: path.to_owned(),
                row: 0,
                source,
            })?
            .clone();
        let place = |name: &str| {
            let mut at = headings.iter().enumerate();
            let (n, _) = at.find(|(_, heading)| *heading == name.as_bytes())?;
            at.all(|(_, heading)| heading != name.as_bytes())
                .then_some(n)
        };
        let [Some(a), Some(b), Some(c), Some(d)] = COLUMNS.map(place) else {
            return Err(TableError::Columns {
                path: path.to_owned(),
            });
        };
        Ok(Self {
            path: path.to_owned(),
            reader,
            places: [a, b, c, d],
            width: headings.len(),
            rows: 0,
        })
    }

    /// Reads the next row into `row`; `false` at the end.
    ///
    /// # Errors
    /// [`TableError::Broken`]: what was read so far is not the whole delivery.
    pub fn read(&mut self, row: &mut Row) -> Result<bool, TableError> {
        let more = self.reader.read_byte_record(&mut row.record);
        let more = more.map_err(|source| TableError::Broken {
            path: self.path.clone(),
            row: self.rows,
            source,
        })?;
        self.rows += u64::from(more);
        row.places = self.places;
        row.whole = row.record.len() == self.width;
        Ok(more)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    /// Token, time, and whether the rest is there.
    type Seen = (Option<u64>, Option<i64>, bool);

    fn read(name: &str, bytes: &[u8]) -> Result<Vec<Seen>, TableError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let mut reader = TableReader::open(&path)?;
        let (mut row, mut rows) = (Row::default(), Vec::new());
        while reader.read(&mut row)? {
            let event = row.event();
            rows.push((
                event.token,
                event.time,
                event.code.is_some() && event.kind.is_some(),
            ));
        }
        Ok(rows)
    }

    const TABLE: &[u8] =
        b"time,subscriber,kind,region\n1583400000,8000000000000007,update,420106\n";

    fn gz(bytes: &[u8]) -> Vec<u8> {
        let mut out = GzEncoder::new(Vec::new(), Compression::fast());
        out.write_all(bytes).unwrap();
        out.finish().unwrap()
    }

    #[test]
    fn columns_are_found_by_their_names_in_plain_and_in_compressed_tables() {
        let seen = [(Some(1 << 63 | 7), Some(1_583_400_000), true)];
        assert_eq!(read("a.csv", TABLE).unwrap(), seen);
        assert_eq!(read("a.csv.gz", &gz(TABLE)).unwrap(), seen);
        // Two members, as `cat a.gz b.gz` makes them.
        let mut two = gz(TABLE);
        two.extend(gz(b"1583400001,8000000000000007,call,420106\n"));
        assert_eq!(read("a.csv.gz", &two).unwrap().len(), 2);
    }

    #[test]
    fn a_line_that_is_no_event_is_a_row_with_fields_missing() {
        let mut table = TABLE.to_vec();
        table.extend(
            b"x,y\n,,,\n1,2,3,4,5\n12e3,zz,update,420106\n1,\"8000000000000007\",\xff\xfe,420106\n",
        );
        table.extend(format!("1,8000000000000007,{},420106\n", "k".repeat(65)).as_bytes());
        let rows = read("a.csv", &table).unwrap();
        assert_eq!(rows.len(), 7);
        let whole = |(token, time, rest): &Seen| token.is_some() && time.is_some() && *rest;
        assert_eq!(rows.iter().filter(|row| whole(row)).count(), 1);
    }

    #[test]
    fn a_table_without_its_columns_or_broken_off_is_refused_whole() {
        for table in [
            &b""[..],
            b"subscriber,time,region\n",
            b"subscriber,time,region,kind,kind\n",
        ] {
            let refused = read("a.csv", table);
            assert!(matches!(refused, Err(TableError::Columns { .. })));
        }
        let mut cut = gz(&TABLE.repeat(1000));
        cut.truncate(cut.len() - 9);
        assert!(matches!(
            read("a.csv.gz", &cut),
            Err(TableError::Broken { .. })
        ));
        assert!(matches!(
            read("a.csv.gz", TABLE),
            Err(TableError::Broken { .. })
        ));
    }
}
