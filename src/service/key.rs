//! Files of proving and verifying keys.

use super::ServiceError;
use crate::node::Node;

/// The manifest.
///
/// # Errors
/// Where it cannot be written as JSON.
pub fn manifest(node: &Node) -> Result<String, ServiceError> {
    let manifest = node.key_files().manifest();
    manifest
        .to_json()
        .map_err(|e| ServiceError::Internal(e.to_string()))
}

/// A file that the manifest names.
///
/// # Errors
/// [`ServiceError::NotFound`]; where the file is not what the manifest says.
pub fn file(node: &Node, name: &str) -> Result<Vec<u8>, ServiceError> {
    let files = node.key_files();
    let circuits = files.manifest().circuits().iter();
    let mut named = circuits.flat_map(|c| [&c.r1cs, &c.proving_key, &c.verifying_key]);
    let found = named.find(|file| file.file == name);
    let found = found.ok_or(ServiceError::NotFound("a key file of that name"))?;
    files
        .read(found)
        .map_err(|e| ServiceError::Internal(e.to_string()))
}
