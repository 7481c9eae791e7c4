//! `luyin ceremony`: development keys for the four statements, and their constraint systems for a real ceremony.

use super::say::Say;
use clap::Subcommand;
use luyin_circuits::CircuitName;
use luyin_circuits::groth16::{KeyError, setup};
use luyin_circuits::r1cs::Matrices;
use luyin_keys::durable_file;
use luyin_keys::iden3::{Iden3Error, R1cs, write_r1cs};
use luyin_keys::manifest::{CircuitKeys, KeyDirectory, Manifest, ManifestError, Provenance};
use luyin_protocol::signature::Sha256Hash;
use rand::rngs::OsRng;
use serde_json::json;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Make development keys, or export the circuits for a ceremony
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  luyin ceremony dev    --out keys
  luyin ceremony export --out circuits
Development keys carry a flag that production networks refuse: who made them can prove anything.")]
pub enum Command {
    /// Make development keys of all four statements with their manifest
    Dev {
        /// Directory, made where it is missing
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Write the constraint systems as .r1cs files, for snarkjs
    Export {
        /// Directory, made where it is missing
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
}

/// Why a ceremony command failed.
#[derive(Debug, Error)]
pub enum CeremonyError {
    /// The directory of keys.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// Key generation.
    #[error("key generation: {0}")]
    Key(#[from] KeyError),
    /// The constraint system.
    #[error("constraint system: {0}")]
    R1cs(#[from] Iden3Error),
    /// A file.
    #[error("{path}: {source}")]
    Io {
        /// which
        path: PathBuf,
        /// why not
        source: std::io::Error,
    },
}

/// Runs a ceremony command.
///
/// # Errors
/// [`CeremonyError`].
pub fn run(command: Command, say: Say) -> Result<(), CeremonyError> {
    match command {
        Command::Dev { out } => {
            let manifest = development(&out, say)?;
            let shown = json!({ "directory": out, "circuits": manifest.circuits() });
            say.outcome(&shown, || {
                format!(
                    "development keys of {} statements in {}",
                    manifest.circuits().len(),
                    out.display()
                )
            });
        }
        Command::Export { out } => {
            let files = export(&out, say)?;
            say.outcome(&json!({ "files": files }), || {
                let lines = files.iter().map(|f| f.display().to_string());
                lines.collect::<Vec<_>>().join("\n")
            });
        }
    }
    Ok(())
}

/// Makes development keys in a directory.
///
/// # Errors
/// [`CeremonyError`].
pub fn development(out: &Path, say: Say) -> Result<Manifest, CeremonyError> {
    let progress = say.progress(4, "development keys");
    let mut circuits = Vec::new();
    for name in CircuitName::ALL {
        let matrices = luyin_circuits::matrices(name);
        circuits.push(CircuitKeys {
            name: name.to_string(),
            constraints: u64::try_from(matrices.num_constraints()).unwrap_or(u64::MAX),
            matrix_hash: Sha256Hash::from_bytes(matrices.hash()),
            r1cs: write_r1cs(&system(&matrices)?)?,
            proving_key: setup(&matrices, &mut OsRng)?,
        });
        progress.inc(1);
    }
    let manifest = KeyDirectory::install(out, Provenance::Development, &circuits)?;
    progress.finish_and_clear();
    Ok(manifest)
}

fn export(out: &Path, say: Say) -> Result<Vec<PathBuf>, CeremonyError> {
    let progress = say.progress(4, "constraint systems");
    let at = |path: &Path| {
        let path = path.to_owned();
        move |source| CeremonyError::Io { path, source }
    };
    std::fs::create_dir_all(out).map_err(at(out))?;
    let mut files = Vec::new();
    for name in CircuitName::ALL {
        let bytes = write_r1cs(&system(&luyin_circuits::matrices(name))?)?;
        let path = out.join(format!("{name}.r1cs"));
        durable_file::replace(&path, &bytes).map_err(at(&path))?;
        files.push(path);
        progress.inc(1);
    }
    progress.finish_and_clear();
    Ok(files)
}

fn system(matrices: &Matrices) -> Result<R1cs, Iden3Error> {
    R1cs::from_matrices(
        matrices.num_inputs + 1,
        matrices.num_witnesses,
        &matrices.a,
        &matrices.b,
        &matrices.c,
    )
}
