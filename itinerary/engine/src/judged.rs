//! Functions of the query: a row's fate as a number, and a token from whatever type the operator's file gave it.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, UInt64Builder};
use datafusion::arrow::datatypes::{DataType, Int64Type, UInt64Type};
use datafusion::common::{Result, exec_err};
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use luyin_itinerary::{Event, Judge};
use luyin_protocol::time::Timestamp;

use crate::packed::pack;

/// `judged(subscriber, time, region, kind)`: the fate of a row of one delivery, packed. Never null.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Judged {
    signature: Signature,
    name: String,
    received: u64,
}

impl Judged {
    /// For what was delivered at a moment.
    pub fn of_delivery(received: Timestamp) -> ScalarUDF {
        let types = vec![
            DataType::UInt64,
            DataType::Int64,
            DataType::Utf8View,
            DataType::Utf8View,
        ];
        ScalarUDF::from(Self {
            signature: Signature::exact(types, Volatility::Immutable),
            name: format!("judged_{}", received.get()),
            received: received.get(),
        })
    }
}

impl ScalarUDFImpl for Judged {
    fn name(&self) -> &str {
        &self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::UInt64)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let [tokens, times, codes, kinds] = arrays.as_slice() else {
            return exec_err!("judged takes four columns");
        };
        let tokens = tokens.as_primitive::<UInt64Type>();
        let times = times.as_primitive::<Int64Type>();
        let (codes, kinds) = (codes.as_string_view(), kinds.as_string_view());
        let judge = Judge::of_delivery(Timestamp::new(self.received));
        let mut packed = UInt64Builder::with_capacity(tokens.len());
        let rows = tokens.iter().zip(times).zip(codes.iter().zip(kinds));
        for ((token, time), (code, kind)) in rows {
            let fate = judge.fate(&Event {
                token,
                time,
                code,
                kind,
            });
            packed.append_value(pack(&fate));
        }
        let packed: ArrayRef = Arc::new(packed.finish());
        Ok(ColumnarValue::Array(packed))
    }
}

/// `token(subscriber)`: from signed numbers of the same bits, or from 16 hex digits. Null for what is neither.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct TokenNumber {
    signature: Signature,
}

impl TokenNumber {
    /// The function.
    pub fn udf() -> ScalarUDF {
        let types = vec![DataType::Int64, DataType::Utf8View];
        ScalarUDF::from(Self {
            signature: Signature::uniform(1, types, Volatility::Immutable),
        })
    }
}

impl ScalarUDFImpl for TokenNumber {
    fn name(&self) -> &'static str {
        "token"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::UInt64)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let [column] = arrays.as_slice() else {
            return exec_err!("token takes one column");
        };
        let mut numbers = UInt64Builder::with_capacity(column.len());
        match column.data_type() {
            DataType::Int64 => {
                for number in column.as_primitive::<Int64Type>() {
                    numbers.append_option(number.map(i64::cast_unsigned));
                }
            }
            DataType::Utf8View => {
                for text in column.as_string_view() {
                    numbers.append_option(text.and_then(luyin_itinerary::token_number));
                }
            }
            other => return exec_err!("a subscriber is a number or text, not {other}"),
        }
        let numbers: ArrayRef = Arc::new(numbers.finish());
        Ok(ColumnarValue::Array(numbers))
    }
}
