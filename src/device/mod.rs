//! What a device needs of this machine: where a wallet, a gate and proving keys keep their files.

mod disk_files;
mod file_vault;
mod network_keys;

pub use disk_files::DiskFiles;
pub use file_vault::FileVault;
pub use network_keys::NetworkKeys;

/// A gate whose files lie below a directory.
pub type GateDevice = luyin_device::gate::GateDevice<DiskFiles>;
/// A prover with the keys of a directory.
pub type KeyProver = luyin_device::wallet::KeyProver<NetworkKeys>;
