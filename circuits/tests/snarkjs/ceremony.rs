use std::fs::{self, File};
use std::path::{Path, PathBuf};

use ark_bn254::Bn254;
use ark_groth16::ProvingKey;
use luyin_circuits::{CircuitName, matrices};
use luyin_keys::iden3::read_zkey;
use sha2::{Digest, Sha256};

use super::export;
use super::tool::SnarkJs;

/// A set-up of enrol that snarkjs made, and a folder for what a test writes.
pub struct Ceremony {
    pub snarkjs: SnarkJs,
    pub powers: PathBuf,
    key: PathBuf,
    pub scratch: tempfile::TempDir,
}

impl Ceremony {
    /// Phase 1 is made once for each size, phase 2 once for each circuit; both wait under `target/snarkjs` for the
    /// next run.
    pub fn find() -> Option<Self> {
        let snarkjs = SnarkJs::find()?;
        let circuit = matrices(CircuitName::Enrol);
        let power = circuit.domain_size().ilog2().to_string();
        let powers = cached(&snarkjs, "powers.mjs", power.as_bytes(), |folder| {
            snarkjs.run("powers.mjs", &[Path::new(&power), folder]);
        });
        let powers = powers.join("powers.ptau");
        let r1cs = export(&circuit);
        // A key belongs to the very powers it was made from.
        let origin = [
            Sha256::digest(fs::read(&powers).unwrap()),
            Sha256::digest(&r1cs),
        ];
        let key = cached(&snarkjs, "key.mjs", &origin.concat(), |folder| {
            let path = folder.join("circuit.r1cs");
            fs::write(&path, &r1cs).unwrap();
            snarkjs.run("key.mjs", &[&powers, &path, folder]);
        });
        Some(Self {
            snarkjs,
            powers,
            key,
            scratch: tempfile::tempdir().unwrap(),
        })
    }

    /// The path of a file that phase 2 left.
    pub fn made(&self, name: &str) -> PathBuf {
        self.key.join(name)
    }

    /// The key that phase 2 ended with.
    pub fn proving_key(&self) -> ProvingKey<Bn254> {
        let bytes = fs::read(self.made("final.zkey")).unwrap();
        read_zkey(&bytes).unwrap().proving_key
    }

    /// Writes a file into the test's own folder.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.scratch.path().join(name);
        fs::write(&path, content).unwrap();
        path
    }

    /// What snarkjs says of a proof for each list of inputs, under the key that it exported itself.
    pub fn verify(&self, proof: &Path, inputs: &[String]) -> Vec<bool> {
        let paths = inputs.iter().enumerate();
        let paths = paths.map(|(i, text)| self.write(&format!("public-{i}.json"), text));
        let paths: Vec<PathBuf> = paths.collect();
        let key = self.made("verification_key.json");
        let mut arguments: Vec<&Path> = vec![&key, proof];
        arguments.extend(paths.iter().map(PathBuf::as_path));
        self.snarkjs.ask("verify.mjs", &arguments)
    }
}

/// The folder that `make` fills, made anew only where the script, its packages or the input have changed.
///
/// It appears whole or not at all. Tests run in several processes: the others wait for the one that makes it.
fn cached(snarkjs: &SnarkJs, script: &str, input: &[u8], make: impl FnOnce(&Path)) -> PathBuf {
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("snarkjs");
    fs::create_dir_all(&cache).unwrap();
    let lock = File::create(cache.join("lock")).unwrap();
    lock.lock().unwrap();
    let mut name = Sha256::new();
    for file in [script, "ceremony.mjs", "package-lock.json"] {
        name.update(Sha256::digest(
            fs::read(snarkjs.scripts.join(file)).unwrap(),
        ));
    }
    name.update(input);
    let made = cache.join(format!("{:x}", name.finalize()));
    if !made.is_dir() {
        let building = tempfile::tempdir_in(&cache).unwrap();
        make(building.path());
        fs::rename(building.path(), &made).unwrap();
    }
    made
}
