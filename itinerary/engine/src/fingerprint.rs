//! What the files of a delivery are, by their content: a day may have to be derived from them again.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use luyin_itinerary::{Delivery, DeliveryError};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// A file of a delivery, as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// Its name.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// SHA-256 of it, in hex.
    pub sha256: String,
}

/// Those of all files of a delivery, in the order of their names.
///
/// # Errors
/// [`DeliveryError::File`].
pub fn fingerprints(delivery: &Delivery) -> Result<Vec<Fingerprint>, DeliveryError> {
    delivery
        .files
        .iter()
        .map(|file| fingerprint(file))
        .collect()
}

fn fingerprint(path: &Path) -> Result<Fingerprint, DeliveryError> {
    let failed = |source| DeliveryError::File {
        path: path.to_owned(),
        source,
    };
    let mut file = File::open(path).map_err(failed)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    let mut bytes = 0;
    loop {
        let n = file.read(&mut buffer).map_err(failed)?;
        if n == 0 {
            break;
        }
        hash.update(buffer.get(..n).unwrap_or_default());
        bytes += u64::try_from(n).unwrap_or(0);
    }
    let name = path.file_name().and_then(|name| name.to_str());
    Ok(Fingerprint {
        name: name.unwrap_or_default().to_owned(),
        bytes,
        sha256: hex(&hash.finalize()),
    })
}

/// Bytes as people compare them.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
