//! Inflation into a bounded buffer: a small code must not become a large text.

use flate2::{Decompress, FlushDecompress, Status};
use thiserror::Error;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wrap {
    /// RFC 1950: a header before, a checksum after.
    Zlib,
    /// RFC 1951 alone.
    Raw,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum InflateFault {
    #[error("the compressed bytes are broken or cut off")]
    Broken,
    #[error("bytes follow the compressed ones")]
    Trailing,
    #[error("inflated it would be larger than {0} bytes")]
    TooLarge(usize),
}

/// The plain bytes, at most `limit` of them.
pub(crate) fn inflate(wrap: Wrap, packed: &[u8], limit: usize) -> Result<Vec<u8>, InflateFault> {
    let mut engine = Decompress::new(wrap == Wrap::Zlib);
    let mut plain = Vec::with_capacity(packed.len().saturating_mul(3).max(64).min(limit));
    loop {
        let rest = rest(packed, &engine)?;
        let before = (engine.total_in(), engine.total_out());
        let status = engine.decompress_vec(rest, &mut plain, FlushDecompress::None);
        match status.map_err(|_| InflateFault::Broken)? {
            Status::StreamEnd => break,
            Status::Ok | Status::BufError if plain.len() < plain.capacity() => {
                if before == (engine.total_in(), engine.total_out()) {
                    return Err(InflateFault::Broken);
                }
            }
            Status::Ok | Status::BufError if plain.len() >= limit => {
                return Err(InflateFault::TooLarge(limit));
            }
            Status::Ok | Status::BufError => {
                plain.reserve_exact(plain.len().min(limit - plain.len()));
            }
        }
    }
    if plain.len() > limit {
        return Err(InflateFault::TooLarge(limit));
    }
    if !rest(packed, &engine)?.is_empty() {
        return Err(InflateFault::Trailing);
    }
    Ok(plain)
}

fn rest<'a>(packed: &'a [u8], engine: &Decompress) -> Result<&'a [u8], InflateFault> {
    let taken = usize::try_from(engine.total_in()).map_err(|_| InflateFault::Broken)?;
    packed.get(taken..).ok_or(InflateFault::Broken)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, ZlibEncoder};
    use proptest::prelude::*;

    use super::*;

    fn zlib(plain: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(plain).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn a_bomb_is_refused_at_the_limit() {
        let bomb = zlib(&vec![0; 10_000_000]);
        assert_eq!(
            inflate(Wrap::Zlib, &bomb, 65_536),
            Err(InflateFault::TooLarge(65_536))
        );
    }

    #[test]
    fn exactly_the_limit_is_let_through() {
        let packed = zlib(&[7; 1_000]);
        assert_eq!(inflate(Wrap::Zlib, &packed, 1_000).unwrap(), [7; 1_000]);
        assert_eq!(
            inflate(Wrap::Zlib, &packed, 999),
            Err(InflateFault::TooLarge(999))
        );
    }

    #[test]
    fn every_cut_is_refused_and_so_is_a_byte_more() {
        let mut packed = zlib(b"a certificate that somebody holds, a certificate");
        for length in 0..packed.len() {
            assert_eq!(
                inflate(Wrap::Zlib, &packed[..length], 1_000),
                Err(InflateFault::Broken),
                "{length}"
            );
        }
        packed.push(0);
        assert_eq!(
            inflate(Wrap::Zlib, &packed, 1_000),
            Err(InflateFault::Trailing)
        );
    }

    proptest! {
        #[test]
        fn what_was_deflated_comes_back(plain in proptest::collection::vec(0..4_u8, 0..3_000)) {
            let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(&plain).unwrap();
            let packed = encoder.finish().unwrap();
            prop_assert_eq!(inflate(Wrap::Raw, &packed, 3_000), Ok(plain));
        }

        #[test]
        fn no_bytes_make_it_panic_or_pass_the_limit(packed in proptest::collection::vec(any::<u8>(), 0..300)) {
            for wrap in [Wrap::Zlib, Wrap::Raw] {
                if let Ok(plain) = inflate(wrap, &packed, 500) {
                    prop_assert!(plain.len() <= 500);
                }
            }
        }
    }
}
