use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The checkout that the commands work on.
pub struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// Cargo names this package's folder; the root is the folder above it.
    pub fn find() -> Result<Self> {
        let package = std::env::var_os("CARGO_MANIFEST_DIR")
            .context("start this with `cargo xtask`: cargo says where the checkout is")?;
        let root = Path::new(&package)
            .parent()
            .context("xtask has no folder above it")?;
        Ok(Self::at(root))
    }

    pub fn at(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
        }
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A path below the root.
    pub fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }
}
