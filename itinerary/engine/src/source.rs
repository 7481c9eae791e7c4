//! An operator's files as tables of one form: `subscriber` UInt64, `time` Int64, `region` and `kind` text.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use datafusion::arrow::array::{Int64Builder, RecordBatch, StringViewBuilder, UInt64Builder};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::catalog::streaming::StreamingTable;
use datafusion::common::DataFusionError;
use datafusion::dataframe::DataFrame;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::{Expr, cast, ident};
use datafusion::physical_plan::stream::RecordBatchReceiverStream;
use datafusion::physical_plan::streaming::PartitionStream;
use datafusion::prelude::{ParquetReadOptions, SessionContext};
use luyin_itinerary::{COLUMNS, FileKind, Row, TableReader};

use crate::judged::TokenNumber;
use crate::session::BATCH;

/// What a Parquet file begins and ends with.
const MAGIC: &[u8; 4] = b"PAR1";

static FORM: LazyLock<SchemaRef> = LazyLock::new(|| {
    let [subscriber, time, region, kind] = COLUMNS;
    Arc::new(Schema::new(vec![
        Field::new(subscriber, DataType::UInt64, true),
        Field::new(time, DataType::Int64, true),
        Field::new(region, DataType::Utf8View, true),
        Field::new(kind, DataType::Utf8View, true),
    ]))
});

/// Why a file could not be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// A name that ends in something else.
    #[error("{0}: events come as .parquet, .csv or .csv.gz")]
    Kind(PathBuf),
    /// Its columns.
    #[error(
        "{path}: column {column}: {found}; events have subscriber (64-bit or 16 hex digits), time (64-bit seconds), region and kind (text)"
    )]
    Column {
        /// which
        path: PathBuf,
        /// which
        column: &'static str,
        /// what it is instead
        found: String,
    },
    /// Its ends.
    #[error("{0}: no Parquet file, or a part of one")]
    Cut(PathBuf),
    /// The file.
    #[error("{path}: {source}")]
    File {
        /// which
        path: PathBuf,
        /// why not
        source: io::Error,
    },
    /// Its bytes.
    #[error("{path}: {source}")]
    Read {
        /// which
        path: PathBuf,
        /// why not
        source: Box<DataFusionError>,
    },
}

/// The rows of a file.
pub async fn events(session: &SessionContext, path: &Path) -> Result<DataFrame, SourceError> {
    let failed = |source: DataFusionError| SourceError::Read {
        path: path.to_owned(),
        source: Box::new(source),
    };
    match FileKind::of(path) {
        Some(FileKind::Parquet) => {
            whole(path)?;
            let text = path.to_str();
            let text = text.ok_or_else(|| SourceError::Kind(path.to_owned()))?;
            let options = ParquetReadOptions::default();
            let frame = session.read_parquet(text, options).await.map_err(failed)?;
            let columns = columns(path, frame.schema().as_arrow())?;
            frame.select(columns).map_err(failed)
        }
        Some(FileKind::Text) => {
            let stream: Arc<dyn PartitionStream> = Arc::new(TextFile(path.to_owned()));
            let table = StreamingTable::try_new(FORM.clone(), vec![stream]).map_err(failed)?;
            session.read_table(Arc::new(table)).map_err(failed)
        }
        None => Err(SourceError::Kind(path.to_owned())),
    }
}

/// Whether a Parquet file has both its ends and room between them for the description that its last bytes promise. The
/// library takes the promise at its word.
fn whole(path: &Path) -> Result<(), SourceError> {
    let failed = |source| SourceError::File {
        path: path.to_owned(),
        source,
    };
    let mut file = File::open(path).map_err(failed)?;
    let length = file.metadata().map_err(failed)?.len();
    let cut = || SourceError::Cut(path.to_owned());
    let between = length.checked_sub(12).ok_or_else(cut)?;
    let (mut head, mut tail) = ([0; 4], [0; 8]);
    file.read_exact(&mut head).map_err(failed)?;
    file.seek(SeekFrom::End(-8)).map_err(failed)?;
    file.read_exact(&mut tail).map_err(failed)?;
    let [a, b, c, d, magic @ ..] = tail;
    let described = u64::from(u32::from_le_bytes([a, b, c, d]));
    if &head == MAGIC && &magic == MAGIC && described <= between {
        Ok(())
    } else {
        Err(cut())
    }
}

/// The columns of the one form, made from what a Parquet file has.
fn columns(path: &Path, schema: &Schema) -> Result<Vec<Expr>, SourceError> {
    let mut out = Vec::with_capacity(COLUMNS.len());
    for (column, form) in COLUMNS.into_iter().zip(FORM.fields()) {
        let refused = |found: String| SourceError::Column {
            path: path.to_owned(),
            column,
            found,
        };
        let found = schema.field_with_name(column);
        let found = found
            .map_err(|_| refused("missing".to_owned()))?
            .data_type();
        let held = ident(column);
        let text = is_text(found);
        let made = match (form.data_type(), found) {
            (wanted, found) if wanted == found => held,
            (DataType::UInt64, DataType::Int64) => TokenNumber::udf().call(vec![held]),
            (DataType::UInt64, _) if text => {
                TokenNumber::udf().call(vec![cast(held, DataType::Utf8View)])
            }
            (DataType::Int64, DataType::Int32 | DataType::UInt32) => cast(held, DataType::Int64),
            (DataType::Utf8View, _) if text => cast(held, DataType::Utf8View),
            (_, other) => return Err(refused(other.to_string())),
        };
        out.push(made.alias(column));
    }
    Ok(out)
}

fn is_text(found: &DataType) -> bool {
    match found {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, value) => is_text(value),
        _ => false,
    }
}

/// A table of text, read while it is asked for: none is ever held whole.
#[derive(Debug)]
struct TextFile(PathBuf);

impl PartitionStream for TextFile {
    fn schema(&self) -> &SchemaRef {
        &FORM
    }

    fn execute(&self, _: Arc<TaskContext>) -> SendableRecordBatchStream {
        let mut builder = RecordBatchReceiverStream::builder(FORM.clone(), 4);
        let (sender, path) = (builder.tx(), self.0.clone());
        builder.spawn_blocking(move || {
            let outside = |error| DataFusionError::External(Box::new(error));
            let mut reader = TableReader::open(&path).map_err(outside)?;
            while let Some(batch) = next(&mut reader)? {
                // Nobody listens any more: the query failed elsewhere, and says so itself.
                if sender.blocking_send(Ok(batch)).is_err() {
                    break;
                }
            }
            Ok(())
        });
        builder.build()
    }
}

fn next(reader: &mut TableReader) -> Result<Option<RecordBatch>, DataFusionError> {
    let mut tokens = UInt64Builder::with_capacity(BATCH);
    let mut times = Int64Builder::with_capacity(BATCH);
    let mut codes = StringViewBuilder::with_capacity(BATCH);
    let mut kinds = StringViewBuilder::with_capacity(BATCH);
    let (mut row, mut rows) = (Row::default(), 0);
    while rows < BATCH
        && reader
            .read(&mut row)
            .map_err(|error| DataFusionError::External(Box::new(error)))?
    {
        let event = row.event();
        tokens.append_option(event.token);
        times.append_option(event.time);
        codes.append_option(event.code);
        kinds.append_option(event.kind);
        rows += 1;
    }
    if rows == 0 {
        return Ok(None);
    }
    let batch = RecordBatch::try_new(
        FORM.clone(),
        vec![
            Arc::new(tokens.finish()),
            Arc::new(times.finish()),
            Arc::new(codes.finish()),
            Arc::new(kinds.finish()),
        ],
    )?;
    Ok(Some(batch))
}
