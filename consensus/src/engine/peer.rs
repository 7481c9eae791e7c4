//! The key by which other nodes know this one on the network. It signs no vote.

use super::EngineError;
use luyin_keys::durable_file;
use malachitebft_app_channel::app::types::Keypair;
use rand::RngCore;
use rand::rngs::OsRng;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;

/// Reads the key's seed from its file, readable by its owner alone, or draws it.
///
/// # Errors
/// [`EngineError::Peer`] if the file cannot be read or written, or holds no seed.
pub fn keypair(path: &Path) -> Result<Keypair, EngineError> {
    let refuse = |source| EngineError::Peer {
        path: path.to_owned(),
        source,
    };
    let bytes = match std::fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let mut seed = [0; 32];
            OsRng.fill_bytes(&mut seed);
            durable_file::create(path, &seed).map_err(refuse)?;
            seed.to_vec()
        }
        read => read.map_err(refuse)?,
    };
    if bytes.len() != 32 {
        return Err(refuse(io::Error::new(
            io::ErrorKind::InvalidData,
            "not 32 bytes",
        )));
    }
    Keypair::ed25519_from_bytes(bytes)
        .map_err(|error| refuse(io::Error::new(io::ErrorKind::InvalidData, error)))
}

/// A socket address in the engine's words.
#[must_use]
pub fn multiaddr(address: SocketAddr) -> String {
    let port = address.port();
    match address.ip() {
        IpAddr::V4(ip) => format!("/ip4/{ip}/tcp/{port}"),
        IpAddr::V6(ip) => format!("/ip6/{ip}/tcp/{port}"),
    }
}
