//! `generate`: a synthetic month (演示数据) as an operator would deliver it, with the truth beside it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use datafusion::arrow::array::{ArrayRef, Int64Builder, RecordBatch, StringBuilder, UInt64Builder};
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::arrow::error::ArrowError;
use flate2::Compression as Gz;
use flate2::write::GzEncoder;
use luyin_itinerary::generator::{Month, Row, Truth, Written};
use luyin_itinerary::{COLUMNS, Code, Moment, SubscriberToken};
use luyin_protocol::region::RegionTable;
use luyin_protocol::time::Day;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use serde::Serialize;

/// How events are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// One Parquet file a delivery.
    Parquet,
    /// One table of text a delivery.
    Csv,
    /// The same, compressed.
    CsvGz,
}

/// Why nothing, or not all, was generated.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    /// A file or folder.
    #[error("{path}: {source}")]
    File {
        /// which
        path: PathBuf,
        /// why not
        source: io::Error,
    },
    /// A Parquet file.
    #[error("{path}: {source}")]
    Parquet {
        /// which
        path: PathBuf,
        /// why not
        source: ParquetError,
    },
    /// Its columns.
    #[error(transparent)]
    Arrow(#[from] ArrowError),
    /// A table.
    #[error(transparent)]
    Csv(#[from] csv::Error),
    /// A thread that made rows.
    #[error("a part of the month was not made")]
    Part,
}

/// What was generated.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Generated {
    /// Deliveries.
    pub deliveries: u64,
    /// Rows in them.
    pub rows: u64,
    /// Rows that should be quarantined, by reason.
    pub quarantined: BTreeMap<&'static str, u64>,
}

/// Writes a month into a drop, and its truth where a file for it is given.
///
/// # Errors
/// [`GenerateError`].
pub fn generate(
    month: &Month,
    format: Format,
    drop: &Path,
    truth: Option<&Path>,
) -> Result<Generated, GenerateError> {
    let mut waiting: BTreeMap<Day, Vec<Row>> = BTreeMap::new();
    let mut generated = Generated::default();
    let mut truths = truth.map(TruthFile::create).transpose()?;
    for day in month.deliveries() {
        if month.days().any(|d| d == day) {
            for (rows, truth) in parts(month, day, truths.is_some())? {
                for written in rows {
                    waiting
                        .entry(written.delivery)
                        .or_default()
                        .push(written.row);
                    if let Some(reason) = written.quarantined {
                        *generated.quarantined.entry(reason.name()).or_default() += 1;
                    }
                }
                if let Some(file) = &mut truths {
                    truth.iter().try_for_each(|truth| file.write(day, truth))?;
                }
            }
        }
        let mut rows = waiting.remove(&day).unwrap_or_default();
        if rows.is_empty() {
            continue;
        }
        // As a network notices them.
        rows.sort_by_key(|row| row.time);
        deliver(day, &rows, format, drop)?;
        generated.deliveries += 1;
        generated.rows += u64::try_from(rows.len()).unwrap_or(0);
    }
    if let Some(file) = truths {
        file.finish()?;
    }
    Ok(generated)
}

type Part = (Vec<Written>, Vec<Truth>);

/// A day's rows, made on all cores, in the order of subscribers.
fn parts(month: &Month, day: Day, keep: bool) -> Result<Vec<Part>, GenerateError> {
    let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let cores = u32::try_from(cores).unwrap_or(1);
    let each = month.subscribers().div_ceil(cores);
    thread::scope(|scope| {
        let parts: Vec<_> = (0..cores)
            .map(|part| {
                let until = (part + 1).saturating_mul(each).min(month.subscribers());
                scope.spawn(move || {
                    let (mut rows, mut truths) = (Vec::new(), Vec::new());
                    for subscriber in part * each..until {
                        let truth = month.day(subscriber, day, &mut rows);
                        truths.extend(truth.filter(|_| keep));
                    }
                    (rows, truths)
                })
            })
            .collect();
        let joined = parts.into_iter().map(|part| part.join());
        joined
            .map(|part| part.map_err(|_| GenerateError::Part))
            .collect()
    })
}

fn deliver(day: Day, rows: &[Row], format: Format, drop: &Path) -> Result<(), GenerateError> {
    let name = Moment::at(Month::received(day)).to_string();
    let (making, made) = (drop.join(format!(".{name}")), drop.join(&name));
    let failed = |source| GenerateError::File {
        path: made.clone(),
        source,
    };
    std::fs::create_dir_all(&making).map_err(failed)?;
    let file = making.join(match format {
        Format::Parquet => "events.parquet",
        Format::Csv => "events.csv",
        Format::CsvGz => "events.csv.gz",
    });
    let out = File::create(&file).map_err(failed)?;
    let out = BufWriter::with_capacity(1 << 20, out);
    match format {
        Format::Parquet => parquet(rows, out, &file)?,
        Format::Csv => text(rows, out).map_err(failed)?.flush().map_err(failed)?,
        Format::CsvGz => {
            let out = text(rows, GzEncoder::new(out, Gz::fast())).map_err(failed)?;
            out.finish()
                .and_then(|mut out| out.flush())
                .map_err(failed)?;
        }
    }
    std::fs::rename(&making, &made).map_err(failed)
}

fn parquet(rows: &[Row], out: BufWriter<File>, path: &Path) -> Result<(), GenerateError> {
    let failed = |source| GenerateError::Parquet {
        path: path.to_owned(),
        source,
    };
    let [subscriber, time, region, kind] = COLUMNS;
    let schema = Arc::new(Schema::new(vec![
        Field::new(subscriber, DataType::UInt64, true),
        Field::new(time, DataType::Int64, true),
        Field::new(region, DataType::Utf8, true),
        Field::new(kind, DataType::Utf8, true),
    ]));
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_max_row_group_row_count(Some(1 << 20))
        .build();
    let writer = ArrowWriter::try_new(out, schema.clone(), Some(properties));
    let mut writer = writer.map_err(failed)?;
    for rows in rows.chunks(1 << 16) {
        let tokens: UInt64Builder = fold(rows, UInt64Builder::new(), |b, row| {
            b.append_option(row.token);
        });
        let times: Int64Builder = fold(rows, Int64Builder::new(), |b, row| {
            b.append_option(row.time);
        });
        let codes: StringBuilder = fold(rows, StringBuilder::new(), |b, row| {
            b.append_option(row.code.as_ref().map(Code::as_str));
        });
        let kinds: StringBuilder = fold(rows, StringBuilder::new(), |b, row| {
            b.append_option(row.kind);
        });
        let (mut tokens, mut times, mut codes, mut kinds) = (tokens, times, codes, kinds);
        let columns: Vec<ArrayRef> = vec![
            Arc::new(tokens.finish()),
            Arc::new(times.finish()),
            Arc::new(codes.finish()),
            Arc::new(kinds.finish()),
        ];
        let batch = RecordBatch::try_new(schema.clone(), columns)?;
        writer.write(&batch).map_err(failed)?;
    }
    writer.close().map(|_| ()).map_err(failed)
}

fn fold<B>(rows: &[Row], mut builder: B, append: impl Fn(&mut B, &Row)) -> B {
    for row in rows {
        append(&mut builder, row);
    }
    builder
}

/// What is missing is written as a byte that is no text.
fn text<W: Write>(rows: &[Row], mut out: W) -> io::Result<W> {
    writeln!(out, "{}", COLUMNS.join(","))?;
    for row in rows {
        match row.token.map(SubscriberToken::new) {
            Some(Ok(token)) => write!(out, "{token},")?,
            Some(Err(_)) => write!(out, "{:x},", row.token.unwrap_or(0))?,
            None => out.write_all(b"\xff,")?,
        }
        match row.time {
            Some(time) => write!(out, "{time},")?,
            None => out.write_all(b"yesterday,")?,
        }
        match row.code {
            Some(code) => write!(out, "{code},")?,
            None => out.write_all(b",")?,
        }
        writeln!(out, "{}", row.kind.unwrap_or_default())?;
    }
    Ok(out)
}

/// The truth as a table: day, subscriber, how the person lives, codes of regions, whether ported. Days on which nobody saw
/// the subscriber have no row.
struct TruthFile(csv::Writer<File>);

impl TruthFile {
    fn create(path: &Path) -> Result<Self, GenerateError> {
        let mut out = csv::Writer::from_path(path)?;
        out.write_record(["day", "subscriber", "persona", "regions", "ported"])?;
        Ok(Self(out))
    }

    fn write(&mut self, day: Day, truth: &Truth) -> Result<(), GenerateError> {
        let Some(record) = truth.record else {
            return Ok(());
        };
        let table = RegionTable::embedded();
        let code = |region| table.by_index(region).map(|r| r.code().to_string());
        let codes = record.regions.regions().map(code);
        let codes: Vec<String> = codes.filter_map(Result::ok).collect();
        self.0.write_record([
            &day.to_iso(),
            &truth.token.to_string(),
            truth.persona.name(),
            &codes.join(";"),
            &record.ported.to_string(),
        ])?;
        Ok(())
    }

    fn finish(mut self) -> Result<(), GenerateError> {
        self.0
            .flush()
            .map_err(|error| csv::Error::from(error).into())
    }
}
