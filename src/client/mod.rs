//! The command's clients of nodes and trustees: those of [`luyin_device::client`] over a blocking HTTP agent.

mod blocking;

pub use blocking::Blocking;

/// Calls one node.
pub type NodeClient = luyin_device::client::NodeClient<Blocking>;
/// Calls one trustee.
pub type TrusteeClient = luyin_device::client::TrusteeClient<Blocking>;

#[cfg(test)]
mod tests;
