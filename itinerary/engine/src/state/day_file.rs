//! A day as a Parquet file: `subscriber`, `regions` (the three bitmaps of a note, 96 bytes), `ported`, in the order of
//! subscribers. The same day gives the same bytes.

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, BinaryBuilder, BooleanBuilder, RecordBatch, UInt64Array,
};
use datafusion::arrow::datatypes::{DataType, Field, Schema, UInt64Type};
use datafusion::arrow::error::ArrowError;
use luyin_itinerary::{DayRecord, SubscriberToken};
use luyin_protocol::codec::Canonical;
use luyin_protocol::itinerary::Itinerary;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Compression, Encoding};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnPath;

const BATCH: usize = 1 << 16;

/// Why bytes are no day, or a day no bytes.
#[derive(Debug, thiserror::Error)]
pub enum DayFileError {
    /// The form of the file.
    #[error("not a day file: {0}")]
    Parquet(#[from] ParquetError),
    /// Its columns.
    #[error("not a day file: {0}")]
    Arrow(#[from] ArrowError),
    /// A row that no derivation writes.
    #[error("not a day file: row {0} is no subscriber with a bitmap, in order")]
    Row(usize),
}

/// Different records of a day, of which there are a few thousand, each by a number.
#[derive(Debug, Default)]
pub struct Sets {
    numbers: HashMap<Vec<u16>, u32>,
    records: Vec<DayRecord>,
}

impl Sets {
    /// The number of a record, by its regions and whether the number was ported.
    pub fn number(&mut self, regions: &[u16], record: impl FnOnce() -> DayRecord) -> u32 {
        if let Some(number) = self.numbers.get(regions) {
            return *number;
        }
        let number = u32::try_from(self.records.len()).unwrap_or(u32::MAX);
        self.records.push(record());
        self.numbers.insert(regions.to_vec(), number);
        number
    }

    fn bytes(&self) -> Vec<(Vec<u8>, bool)> {
        let each = self.records.iter();
        each.map(|r| (r.regions.to_vec(), r.ported)).collect()
    }
}

fn schema() -> Arc<Schema> {
    Arc::new(Schema::new(vec![
        Field::new("subscriber", DataType::UInt64, false),
        Field::new("regions", DataType::Binary, false),
        Field::new("ported", DataType::Boolean, false),
    ]))
}

/// A day's rows, each a token with the number of its record, in the order of tokens.
pub fn encode(rows: &[(u64, u32)], sets: &Sets) -> Result<Vec<u8>, DayFileError> {
    let zstd = Compression::ZSTD(parquet::basic::ZstdLevel::default());
    let subscriber = ColumnPath::from("subscriber");
    let properties = WriterProperties::builder()
        .set_compression(zstd)
        .set_created_by("luyin-itinerary".to_owned())
        .set_column_dictionary_enabled(subscriber.clone(), false)
        .set_column_encoding(subscriber, Encoding::DELTA_BINARY_PACKED)
        .build();
    let records = sets.bytes();
    let mut out = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut out, schema(), Some(properties))?;
    for rows in rows.chunks(BATCH) {
        let tokens: UInt64Array = rows
            .iter()
            .map(|(token, _)| *token)
            .collect::<Vec<_>>()
            .into();
        let mut regions = BinaryBuilder::with_capacity(rows.len(), rows.len() * 96);
        let mut ported = BooleanBuilder::with_capacity(rows.len());
        for (n, (_, set)) in rows.iter().enumerate() {
            let record = usize::try_from(*set).ok().and_then(|set| records.get(set));
            let (bytes, moved) = record.ok_or(DayFileError::Row(n))?;
            regions.append_value(bytes);
            ported.append_value(*moved);
        }
        let columns: Vec<ArrayRef> = vec![
            Arc::new(tokens),
            Arc::new(regions.finish()),
            Arc::new(ported.finish()),
        ];
        writer.write(&RecordBatch::try_new(schema(), columns)?)?;
    }
    writer.close()?;
    Ok(out)
}

/// Calls `each` with every subscriber of a day's file, in order.
pub fn decode(
    bytes: Vec<u8>,
    mut each: impl FnMut(SubscriberToken, &DayRecord),
) -> Result<(), DayFileError> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(parquet_bytes(bytes))?;
    let reader = reader.with_batch_size(BATCH).build()?;
    let mut known: HashMap<Vec<u8>, Itinerary> = HashMap::new();
    let (mut row, mut before) = (0, None);
    for batch in reader {
        let batch = batch?;
        let wanted = schema();
        let same = batch.num_columns() == 3
            && (0..3).all(|n| batch.column(n).data_type() == wanted.field(n).data_type());
        if !same || batch.columns().iter().any(|c| c.null_count() > 0) {
            return Err(DayFileError::Row(row));
        }
        let tokens = batch.column(0).as_primitive::<UInt64Type>();
        let regions = batch.column(1).as_binary::<i32>();
        let ported = batch.column(2).as_boolean();
        for ((token, bytes), ported) in tokens.values().iter().zip(regions).zip(ported) {
            let refused = || DayFileError::Row(row);
            let token = SubscriberToken::new(*token).map_err(|_| refused())?;
            if before.is_some_and(|before| before >= token) {
                return Err(refused());
            }
            before = Some(token);
            let bytes = bytes.ok_or_else(refused)?;
            let regions = match known.get(bytes) {
                Some(regions) => *regions,
                None => {
                    let regions = Itinerary::from_slice(bytes).map_err(|_| refused())?;
                    known.insert(bytes.to_vec(), regions);
                    regions
                }
            };
            let ported = ported.ok_or_else(refused)?;
            each(token, &DayRecord { regions, ported });
            row += 1;
        }
    }
    Ok(())
}

fn parquet_bytes(bytes: Vec<u8>) -> bytes::Bytes {
    bytes::Bytes::from(bytes)
}

#[cfg(test)]
mod tests {
    use luyin_protocol::region::RegionIndex;

    use super::*;

    fn day() -> (Vec<(u64, u32)>, Sets) {
        let mut sets = Sets::default();
        let empty = sets.number(&[], DayRecord::default);
        let both = sets.number(&[3, 758], || DayRecord {
            regions: Itinerary::from_regions([3, 758].map(|n| RegionIndex::new(n).unwrap())),
            ported: true,
        });
        assert_eq!(sets.number(&[3, 758], DayRecord::default), both);
        let rows = vec![(1 << 63, empty), (1 << 63 | 5, both), (u64::MAX, empty)];
        (rows, sets)
    }

    #[test]
    fn a_day_survives_its_bytes_and_has_one_form() {
        let (rows, sets) = day();
        let bytes = encode(&rows, &sets).unwrap();
        assert_eq!(bytes, encode(&rows, &sets).unwrap());
        let mut read = Vec::new();
        decode(bytes, |token, record| {
            read.push((token.get(), record.regions.regions().count(), record.ported));
        })
        .unwrap();
        assert_eq!(
            read,
            [
                (1 << 63, 0, false),
                (1 << 63 | 5, 2, true),
                (u64::MAX, 0, false)
            ]
        );
        let mut none = 0;
        decode(encode(&[], &sets).unwrap(), |_, _| none += 1).unwrap();
        assert_eq!(none, 0);
    }

    #[test]
    fn rows_out_of_order_twice_or_without_a_token_are_refused() {
        let (mut rows, sets) = day();
        rows.swap(0, 1);
        let out_of_order = encode(&rows, &sets).unwrap();
        let twice = encode(&[(u64::MAX, 0), (u64::MAX, 0)], &sets).unwrap();
        let telephone = encode(&[(13_800_138_000, 0)], &sets).unwrap();
        for bytes in [out_of_order, twice, telephone] {
            assert!(matches!(
                decode(bytes, |_, _| ()),
                Err(DayFileError::Row(_))
            ));
        }
        assert!(matches!(
            decode(b"PAR1".to_vec(), |_, _| ()),
            Err(DayFileError::Parquet(_))
        ));
    }
}
