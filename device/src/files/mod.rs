//! Small named files that last: what a device keeps between two calls.

#[cfg(test)]
pub mod memory;

use std::io;

/// Named files. A name is plain letters, digits, `.` and `-`, with `/` between folder and file; a folder is there once a
/// file is in it. Every write is whole or not at all, and durable when it returns, unless it says otherwise.
pub trait Files {
    /// The content of a file; none where there is no such file.
    fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>>;
    /// Replaces the content of a file, or makes it.
    fn replace(&self, name: &str, bytes: &[u8]) -> io::Result<()>;
    /// Makes a file; fails with [`io::ErrorKind::AlreadyExists`] where the name is taken.
    fn create(&self, name: &str, bytes: &[u8]) -> io::Result<()>;
    /// Writes at the end of a file, or makes it. After a failure or a crash a part of `bytes` may stand there.
    fn append(&self, name: &str, bytes: &[u8]) -> io::Result<()>;
    /// Gives a file another name.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;
    /// Removes a file. A power loss soon after may bring it back, so whoever removes must bear finding it again.
    fn remove(&self, name: &str) -> io::Result<()>;
    /// The names of the files in a folder, without the folder's, in any order.
    fn list(&self, folder: &str) -> io::Result<Vec<String>>;
}
