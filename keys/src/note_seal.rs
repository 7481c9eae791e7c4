//! Sealing a note to its own holder (protocol clause 4.8), so that a wallet can walk on from its secret alone.
//!
//! ```text
//! key    = HKDF-SHA256(ikm = sk, info = "luyin/v1/note" | rho | cm)
//! sealed = AES-256-GCM(key, nonce 0, rh | state | itin0 | itin1 | itin2)       160 + 16 bytes
//! ```
//! The nonce is constant, so a key must never seal two different notes. `rho` alone does not guarantee that: a
//! wallet that gives up a check-in and makes another, or two devices of one wallet, make two successors
//! with one `rho`. The commitment differs whenever any of the sealed values does, stands beside the sealed note
//! in the transaction, and so makes the key unique. It also tells the opener that it read what was committed.

use ark_bn254::Fr;
use luyin_protocol::field::{NoteCommitment, from_bytes, to_bytes};
use luyin_protocol::itinerary::Itinerary;
use luyin_protocol::note::{IdentitySecret, Note, NoteState, RevocationHandle};
use luyin_protocol::sealed::{SEALED_NOTE_LEN, SealedNote};
use ring::{aead, hkdf};
use zeroize::Zeroizing;

const PLAIN_LEN: usize = 5 * 32;
const INFO: &[u8] = b"luyin/v1/note";

/// Why a sealed note did not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoteSealError {
    /// Another secret, another note, or altered bytes.
    #[error("the sealed note does not open")]
    DoesNotOpen,
    /// It opened, but what is inside is not the note of that commitment: its author was not an honest wallet.
    #[error("the sealed note is not the committed one")]
    NotCommitted,
}

/// Seals `note`; the same note always gives the same bytes.
pub fn seal_note(sk: &IdentitySecret, note: &Note) -> Result<SealedNote, NoteSealError> {
    let [itin0, itin1, itin2] = note.itinerary.values();
    let values = Zeroizing::new([note.rh.expose(), note.state.pack(), itin0, itin1, itin2]);
    let mut plain = Zeroizing::new([0_u8; PLAIN_LEN]);
    for (chunk, value) in plain.chunks_exact_mut(32).zip(values.iter()) {
        chunk.copy_from_slice(to_bytes(value).as_ref());
    }
    let key = derive(sk, note.rho, &note.commitment())?;
    let tag = key
        .seal_in_place_separate_tag(zero_nonce(), aead::Aad::empty(), plain.as_mut())
        .map_err(|_| NoteSealError::DoesNotOpen)?;
    let mut out = [0; SEALED_NOTE_LEN];
    out.iter_mut()
        .zip(plain.iter().chain(tag.as_ref()))
        .for_each(|(to, from)| *to = *from);
    Ok(SealedNote::from_bytes(out))
}

/// Opens the sealed note that stands beside the commitment `cm`. `rho` is the predecessor's nullifier, or the first
/// `rho` of the secret; the blinding follows from both (clause 4.7).
pub fn open_note(
    sk: &IdentitySecret,
    rho: Fr,
    cm: &NoteCommitment,
    sealed: &SealedNote,
) -> Result<Note, NoteSealError> {
    let mut bytes = Zeroizing::new(*sealed.as_bytes());
    let plain = derive(sk, rho, cm)?
        .open_in_place(zero_nonce(), aead::Aad::empty(), bytes.as_mut())
        .map_err(|_| NoteSealError::DoesNotOpen)?;
    let note = decode(sk, rho, plain).ok_or(NoteSealError::NotCommitted)?;
    if note.commitment() == *cm {
        Ok(note)
    } else {
        Err(NoteSealError::NotCommitted)
    }
}

fn decode(sk: &IdentitySecret, rho: Fr, plain: &[u8]) -> Option<Note> {
    let mut values = plain
        .chunks_exact(32)
        .filter_map(|chunk| from_bytes(chunk.first_chunk()?).ok());
    let mut next = || values.next();
    Some(Note {
        owner: sk.owner(),
        rh: RevocationHandle::from_value(next()?),
        state: NoteState::unpack(next()?).ok()?,
        itinerary: Itinerary::from_values([next()?, next()?, next()?]).ok()?,
        rho,
        r: sk.blinding(rho),
    })
}

fn derive(
    sk: &IdentitySecret,
    rho: Fr,
    cm: &NoteCommitment,
) -> Result<aead::LessSafeKey, NoteSealError> {
    let ikm = Zeroizing::new(to_bytes(&sk.expose()));
    let info = [INFO, &to_bytes(&rho), &cm.to_bytes()];
    let mut key = Zeroizing::new([0_u8; 32]);
    hkdf::Salt::new(hkdf::HKDF_SHA256, &[])
        .extract(ikm.as_ref())
        .expand(&info, hkdf::HKDF_SHA256)
        .and_then(|okm| okm.fill(key.as_mut()))
        .and_then(|()| aead::UnboundKey::new(&aead::AES_256_GCM, key.as_ref()))
        .map(aead::LessSafeKey::new)
        .map_err(|_| NoteSealError::DoesNotOpen)
}

fn zero_nonce() -> aead::Nonce {
    aead::Nonce::assume_unique_for_key([0; aead::NONCE_LEN])
}

#[cfg(test)]
mod tests {
    use luyin_protocol::note::Mask;
    use luyin_protocol::time::{Day, Slot};
    use proptest::prelude::*;

    use super::*;

    fn secret(n: u64) -> IdentitySecret {
        IdentitySecret::from_value(Fr::from(n))
    }

    fn first(n: u64) -> Note {
        let rh = RevocationHandle::from_value(Fr::from(1000 + n));
        Note::first(
            &secret(n),
            rh,
            Mask::from_bits(5),
            Day::new(0),
            Slot::new(0),
        )
    }

    fn with_slot(slot: u32) -> Note {
        let note = first(1);
        let mut state = note.state;
        state.slot = Slot::new(slot);
        note.successor(&secret(1), state, note.itinerary)
    }

    #[test]
    fn a_sealed_note_opens_with_secret_rho_and_commitment() {
        let note = first(1);
        let sealed = seal_note(&secret(1), &note).unwrap();
        assert_eq!(sealed.as_bytes().len(), 176);
        let opened = open_note(&secret(1), note.rho, &note.commitment(), &sealed).unwrap();
        assert_eq!(opened, note);
        assert_eq!(seal_note(&secret(1), &note).unwrap(), sealed);
    }

    #[test]
    fn another_secret_rho_or_commitment_does_not_open() {
        let note = first(1);
        let sealed = seal_note(&secret(1), &note).unwrap();
        let refused = Err(NoteSealError::DoesNotOpen);
        let cm = note.commitment();
        assert_eq!(open_note(&secret(2), note.rho, &cm, &sealed), refused);
        assert_eq!(
            open_note(&secret(1), Fr::from(9_u64), &cm, &sealed),
            refused
        );
        let other = first(2).commitment();
        assert_eq!(open_note(&secret(1), note.rho, &other, &sealed), refused);
    }

    #[test]
    fn every_flipped_byte_is_refused() {
        let note = first(1);
        let sealed = seal_note(&secret(1), &note).unwrap();
        for position in 0..SEALED_NOTE_LEN {
            let mut bad = *sealed.as_bytes();
            bad[position] ^= 0x80;
            assert_eq!(
                open_note(
                    &secret(1),
                    note.rho,
                    &note.commitment(),
                    &SealedNote::from_bytes(bad)
                ),
                Err(NoteSealError::DoesNotOpen)
            );
        }
    }

    #[test]
    fn two_successors_with_one_rho_share_no_key_stream() {
        let (a, b) = (with_slot(40_000), with_slot(40_001));
        assert_eq!(a.rho, b.rho);
        let sealed_a = seal_note(&secret(1), &a).unwrap();
        let sealed_b = seal_note(&secret(1), &b).unwrap();
        // Under one key stream the equal first 32 plaintext bytes (rh) would give equal ciphertext.
        assert_eq!(a.rh, b.rh);
        let equal = sealed_a
            .as_bytes()
            .iter()
            .zip(sealed_b.as_bytes())
            .filter(|(x, y)| x == y);
        assert!(equal.count() < 16);
    }

    #[test]
    fn a_sealed_note_that_is_not_the_committed_one_is_told_apart() {
        let (note, other) = (with_slot(40_000), with_slot(40_001));
        let cm = note.commitment();
        let mut bytes = [0; SEALED_NOTE_LEN];
        let mut plain = [other.rh.expose(), other.state.pack()]
            .into_iter()
            .chain(other.itinerary.values())
            .flat_map(|value| to_bytes(&value))
            .collect::<Vec<_>>();
        derive(&secret(1), note.rho, &cm)
            .unwrap()
            .seal_in_place_append_tag(zero_nonce(), aead::Aad::empty(), &mut plain)
            .unwrap();
        bytes.copy_from_slice(&plain);
        assert_eq!(
            open_note(&secret(1), note.rho, &cm, &SealedNote::from_bytes(bytes)),
            Err(NoteSealError::NotCommitted)
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn any_note_survives_sealing(n in any::<u64>(), mask in any::<u32>(), slot in 0_u32..100_000) {
            let sk = secret(n);
            let rh = RevocationHandle::from_value(Fr::from(n) + Fr::from(3_u64));
            let start = Note::first(&sk, rh, Mask::from_bits(mask), Day::new(7), Slot::new(0));
            let mut state = start.state;
            state.slot = Slot::new(slot);
            let note = start.successor(&sk, state, start.itinerary);
            let sealed = seal_note(&sk, &note).unwrap();
            prop_assert_eq!(open_note(&sk, note.rho, &note.commitment(), &sealed).unwrap(), note);
        }
    }
}
