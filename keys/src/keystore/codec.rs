//! The canonical bytes inside a sealed keystore.
//!
//! ```text
//! keystore   = version(1) | names(2) | { name length(1) | name | kind(1) | generations(4) | generation* }
//! generation = created at(8) | 0                  a retired one
//!            | created at(8) | 1 | secret(32)
//! ```
//! Names ascend strictly; generations count from 1, so their numbers are not stored.

use luyin_protocol::codec::Reader;
use zeroize::Zeroizing;

use super::entry::{Generation, KeyGeneration, KeyKind, KeyName, SecretBytes};
use super::{Keystore, KeystoreError, NamedKey, check_secret};

const VERSION: u8 = 1;

impl Keystore {
    /// The canonical bytes, to be sealed.
    pub fn encode(&self) -> Result<Zeroizing<Vec<u8>>, KeystoreError> {
        // Sized beforehand: a growing vector would leave copies of secrets behind in freed memory.
        let mut out = Zeroizing::new(Vec::with_capacity(self.encoded_len()));
        out.push(VERSION);
        let names = u16::try_from(self.keys.len()).map_err(|_| KeystoreError::Malformed)?;
        out.extend_from_slice(&names.to_be_bytes());
        for (name, key) in &self.keys {
            let len = u8::try_from(name.as_str().len()).map_err(|_| KeystoreError::BadName)?;
            out.push(len);
            out.extend_from_slice(name.as_str().as_bytes());
            out.push(key.kind.code());
            let count = u32::try_from(key.generations.len())
                .map_err(|_| KeystoreError::TooManyGenerations)?;
            out.extend_from_slice(&count.to_be_bytes());
            for g in &key.generations {
                out.extend_from_slice(&g.created_at.to_be_bytes());
                out.push(u8::from(g.secret.is_some()));
                if let Some(secret) = &g.secret {
                    out.extend_from_slice(secret.expose());
                }
            }
        }
        Ok(out)
    }

    fn encoded_len(&self) -> usize {
        let key_len = |(name, key): (&KeyName, &NamedKey)| {
            6 + name.as_str().len() + key.generations.len() * (8 + 1 + 32)
        };
        3 + self.keys.iter().map(key_len).sum::<usize>()
    }

    /// Reads what [`Keystore::encode`] wrote; refuses any other bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, KeystoreError> {
        let mut reader = Reader::new(bytes);
        if reader.u8("version")? != VERSION {
            return Err(KeystoreError::Malformed);
        }
        let mut keystore = Self::new();
        for _ in 0..reader.u16("names")? {
            let (name, key) = decode_key(&mut reader)?;
            if keystore
                .keys
                .last_key_value()
                .is_some_and(|(last, _)| *last >= name)
            {
                return Err(KeystoreError::Malformed);
            }
            keystore.keys.insert(name, key);
        }
        if reader.remaining() > 0 {
            return Err(KeystoreError::Malformed);
        }
        Ok(keystore)
    }
}

fn decode_key(reader: &mut Reader<'_>) -> Result<(KeyName, NamedKey), KeystoreError> {
    let len = usize::from(reader.u8("name length")?);
    let text =
        std::str::from_utf8(reader.take(len, "name")?).map_err(|_| KeystoreError::Malformed)?;
    let name = KeyName::new(text)?;
    let kind = KeyKind::from_code(reader.u8("kind")?).ok_or(KeystoreError::Malformed)?;
    let mut generations: Vec<KeyGeneration> = Vec::new();
    let mut next = Generation::FIRST;
    for _ in 0..reader.u32("generations")? {
        generations.push(decode_generation(reader, kind, next)?);
        next = next.next()?;
    }
    // A name always has an active key.
    if generations.last().is_none_or(|g| g.secret.is_none()) {
        return Err(KeystoreError::Malformed);
    }
    Ok((name, NamedKey { kind, generations }))
}

fn decode_generation(
    reader: &mut Reader<'_>,
    kind: KeyKind,
    generation: Generation,
) -> Result<KeyGeneration, KeystoreError> {
    let created_at = reader.u64("created at")?;
    let secret = match reader.u8("secret flag")? {
        0 => None,
        1 => Some(SecretBytes::new(reader.array("secret")?)),
        _ => return Err(KeystoreError::Malformed),
    };
    if let Some(secret) = &secret {
        check_secret(kind, secret)?;
    }
    Ok(KeyGeneration {
        generation,
        created_at,
        secret,
    })
}
