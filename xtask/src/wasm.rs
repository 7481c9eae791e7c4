//! The browser's modules: the compiler that can make them, and the builds.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};

use crate::command::Program;
use crate::debian;
use crate::workspace::Workspace;

const TARGET: &str = "wasm32-unknown-unknown";
/// Memory that threads share has to say how far it may grow.
const MOST_MEMORY: u32 = 1 << 30;

/// The standard library is built with the module: for size, and for threads with atomics.
const SMALL_STD: [&str; 4] = [
    "-Z",
    "build-std=std,panic_abort",
    "-Z",
    "build-std-features=optimize_for_size",
];
/// A panic ends the module without a text: texts, places and what writes them weigh more than anything but the proofs.
const PANICS: [&str; 2] = ["-Zunstable-options", "-Cpanic=immediate-abort"];

/// ring brings C. The compiler of the machine cannot make WASM of it; clang can.
const C_COMPILER: &str = "clang";
const C_ARCHIVER: &str = "llvm-ar";
const C_PACKAGES: [&str; 2] = ["clang", "llvm"];

/// Debian's own Rust, apart from a toolchain of rustup's, which comes first on the path.
const DEBIAN_CARGO: &str = "/usr/bin/cargo";
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_LINKER: &str = "/usr/bin/wasm-ld";
const DEBIAN_PACKAGES: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "lld"];

/// A compiler with the standard library's source, which threads have to be built into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rust {
    /// The toolchain that runs this, with the target from rustup.
    Target,
    /// Debian's, which has no built standard library for the target.
    Debian,
}

/// One of the modules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Module {
    /// For any page.
    Single,
    /// For a page that is isolated from other origins and may share memory.
    Threads,
    /// Policies written as rules, apart from the others: it is fetched when somebody chooses a document of rules.
    Rules,
}

impl Module {
    pub const ALL: [Self; 3] = [Self::Single, Self::Threads, Self::Rules];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Single => "single",
            Self::Threads => "threads",
            Self::Rules => "rules",
        }
    }

    const fn package(self) -> &'static str {
        match self {
            Self::Single | Self::Threads => "luyin-wasm",
            Self::Rules => "luyin-wasm-rules",
        }
    }

    /// Its own folder of cargo's, so that neither build nor the native one throws out what another has made. What is built
    /// without threads is built once.
    const fn target_folder(self) -> &'static str {
        match self {
            Self::Single | Self::Rules => "target/wasm/single",
            Self::Threads => "target/wasm/threads",
        }
    }

    pub fn path(self, workspace: &Workspace) -> PathBuf {
        let (folder, module) = (self.target_folder(), self.package().replace('-', "_"));
        workspace.path(&format!("{folder}/{TARGET}/wasm/{module}.wasm"))
    }
}

/// What is missing for building modules; nothing if they can be built.
pub fn missing(workspace: &Workspace) -> Option<String> {
    if rust(workspace).is_none() {
        return Some(format!("no compiler for {TARGET}"));
    }
    (!has_c(workspace)).then(|| format!("no {C_COMPILER} or no {C_ARCHIVER}"))
}

/// The target and the source from rustup where it is in charge and has them, else Debian's compiler.
pub fn install(workspace: &Workspace) -> Result<()> {
    if rust(workspace).is_none() {
        let by_rustup = Program::new(workspace, "rustup", &["target", "add", TARGET])
            .run()
            .and_then(|()| {
                Program::new(workspace, "rustup", &["component", "add", "rust-src"]).run()
            });
        if let Err(error) = by_rustup {
            println!("    {error:#}; taking Debian's compiler");
            debian::install(workspace, &DEBIAN_PACKAGES)?;
        }
    }
    if !has_c(workspace) {
        debian::install(workspace, &C_PACKAGES)?;
    }
    Ok(())
}

/// Builds the modules. Those of one folder of cargo's come one after another, the folders side by side: each module ends in a
/// long optimisation of the whole on one core.
pub fn build(workspace: &Workspace) -> Result<()> {
    let (threads, others): (Vec<_>, Vec<_>) = Module::ALL
        .into_iter()
        .partition(|module| *module == Module::Threads);
    let in_turn = |modules: Vec<Module>| {
        modules
            .into_iter()
            .try_for_each(|module| build_one(workspace, module))
    };
    std::thread::scope(|scope| {
        let beside = scope.spawn(move || in_turn(threads));
        let others = in_turn(others);
        let threads = beside.join().map_err(|_| anyhow!("the build panicked"))?;
        others.and(threads)
    })
}

/// Cargo knows whether anything has changed.
fn build_one(workspace: &Workspace, module: Module) -> Result<()> {
    let rust = rust(workspace).context("no compiler for the browser: cargo xtask setup")?;
    let folder = module.target_folder();
    let mut arguments = vec![
        "build",
        "--locked",
        "--quiet",
        "--package",
        module.package(),
        "--target",
        TARGET,
        "--profile",
        "wasm",
        "--target-dir",
        folder,
    ];
    arguments.extend(SMALL_STD);
    let mut flags = PANICS.map(str::to_owned).to_vec();
    if module == Module::Threads {
        arguments.extend(["--features", "threads"]);
        flags.extend(flags_for_threads());
    }
    let mut program = match rust {
        Rust::Target => Program::cargo(workspace, &arguments),
        Rust::Debian => Program::new(workspace, DEBIAN_CARGO, &arguments)
            .env("RUSTC", DEBIAN_RUSTC)
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", DEBIAN_LINKER),
    };
    // For the unstable options of cargo and the compiler.
    program = program.env("RUSTC_BOOTSTRAP", "1");
    if module == Module::Threads {
        // Objects without these features cannot be linked to a shared memory.
        program = program.env("CFLAGS_wasm32_unknown_unknown", "-matomics -mbulk-memory");
    }
    program
        .env("CC_wasm32_unknown_unknown", C_COMPILER)
        .env("AR_wasm32_unknown_unknown", C_ARCHIVER)
        .env(
            "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS",
            &flags.join(" "),
        )
        .run()
}

/// Threads of a module are workers that share its memory; each starts by setting up its own thread-local part.
fn flags_for_threads() -> Vec<String> {
    let features = "-Ctarget-feature=+atomics,+bulk-memory,+mutable-globals".to_owned();
    let of_the_linker = [
        "--shared-memory".to_owned(),
        format!("--max-memory={MOST_MEMORY}"),
        "--import-memory".to_owned(),
        "--export=__wasm_init_tls".to_owned(),
        "--export=__tls_size".to_owned(),
        "--export=__tls_align".to_owned(),
        "--export=__tls_base".to_owned(),
    ];
    let of_the_linker = of_the_linker.map(|flag| format!("-Clink-arg={flag}"));
    std::iter::once(features).chain(of_the_linker).collect()
}

fn rust(workspace: &Workspace) -> Option<Rust> {
    let source = "lib/rustlib/src/rust/library";
    let target = format!("lib/rustlib/{TARGET}/lib");
    let holds = |compiler: &str, parts: &[&str]| {
        sysroot(workspace, compiler)
            .is_some_and(|root| parts.iter().all(|part| root.join(part).is_dir()))
    };
    if holds("rustc", &[source, &target]) {
        return Some(Rust::Target);
    }
    let debian = holds(DEBIAN_RUSTC, &[source])
        && [DEBIAN_CARGO, DEBIAN_LINKER]
            .iter()
            .all(|file| Path::new(file).is_file());
    debian.then_some(Rust::Debian)
}

fn sysroot(workspace: &Workspace, compiler: &str) -> Option<PathBuf> {
    let root = Program::new(workspace, compiler, &["--print", "sysroot"]).output();
    root.ok().map(|root| PathBuf::from(root.trim()))
}

fn has_c(workspace: &Workspace) -> bool {
    [C_COMPILER, C_ARCHIVER]
        .iter()
        .all(|tool| Program::new(workspace, tool, &["--version"]).succeeds())
}
