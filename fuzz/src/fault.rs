//! Faults that decoders have had, to be wrapped around sound ones.

use luyin_protocol::codec::{Canonical, DecodeError, Reader};
use serde::de::DeserializeOwned;
use std::fmt::Debug;

/// Reads a value from the front and overlooks whatever follows it.
pub fn overlooks_the_rest<T: Canonical>(data: &[u8]) -> Result<T, DecodeError> {
    T::decode(&mut Reader::new(data))
}

/// Overlooks one byte behind the value.
pub fn overlooks_a_byte<T, E>(
    decode: impl Fn(&[u8]) -> Result<T, E>,
) -> impl Fn(&[u8]) -> Result<T, E> {
    move |data| match (decode(data), data.split_last()) {
        (Err(_), Some((_, front))) => decode(front),
        (other, _) => other,
    }
}

/// Reads a byte that is missing at the end as zero.
pub fn fills_up<T, E>(decode: impl Fn(&[u8]) -> Result<T, E>) -> impl Fn(&[u8]) -> Result<T, E> {
    move |data| decode(data).or_else(|_| decode(&[data, &[0]].concat()))
}

/// Does not look at one byte, such as a version.
pub fn passes_over<T, E>(
    place: usize,
    expected: u8,
    decode: impl Fn(&[u8]) -> Result<T, E>,
) -> impl Fn(&[u8]) -> Result<T, E> {
    move |data| {
        let mut data = data.to_vec();
        if let Some(byte) = data.get_mut(place) {
            *byte = expected;
        }
        decode(&data)
    }
}

/// Panics on a refusal of some kind, as a forgotten `unwrap` does.
pub fn unwraps<T, E: Debug>(
    kind: impl Fn(&E) -> bool,
    decode: impl Fn(&[u8]) -> Result<T, E>,
) -> impl Fn(&[u8]) -> Result<T, E> {
    move |data| match decode(data) {
        Err(error) if kind(&error) => panic!("called `unwrap` on {error:?}"),
        other => other,
    }
}

/// Slices off a front of so many bytes without asking whether they are there.
pub fn slices<T, E>(
    front: usize,
    decode: impl Fn(&[u8]) -> Result<T, E>,
) -> impl Fn(&[u8]) -> Result<T, E> {
    move |data| {
        std::hint::black_box(&data[..front]);
        decode(data)
    }
}

/// Reserves memory for as many items as a count of the input says, before it reads the first.
pub fn reserves_what_it_is_told(count: Option<&[u8; 4]>, each: usize) {
    let count = count.map_or(0, |bytes| u32::from_le_bytes(*bytes));
    let count = usize::try_from(count).unwrap_or(0);
    let mut reserved: Vec<u8> = Vec::new();
    if let Err(error) = reserved.try_reserve_exact(count.saturating_mul(each)) {
        panic!("out of memory: {error}");
    }
    std::hint::black_box(&reserved);
}

/// Reads the first value of some JSON and overlooks whatever follows it.
pub fn first_json<T: DeserializeOwned>(data: &[u8]) -> Result<T, String> {
    let mut values = serde_json::Deserializer::from_slice(data).into_iter::<T>();
    let first = values.next().ok_or("no value")?;
    first.map_err(|error| error.to_string())
}

/// The same JSON with white space behind it, which says nothing: there [`first_json`] overlooks what comes into its place.
pub fn with_space_behind(json: &[u8]) -> Vec<u8> {
    [json, &[b' '; 64]].concat()
}
