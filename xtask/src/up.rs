use std::io::ErrorKind;

use anyhow::{Context, Result};

use crate::command::Program;
use crate::setup::{self, Build, Need};
use crate::web;
use crate::workspace::Workspace;

const KEYS: &str = "data/keys";

/// A demo network: on what port, and how many run it.
pub struct Demo {
    pub port: u16,
    pub validators: u8,
    pub witnesses: u8,
}

impl Demo {
    /// One node needs no engine that lets several agree.
    const fn build(&self) -> Build {
        match self.validators {
            0 | 1 => Build::Release,
            _ => Build::Consortium,
        }
    }

    const fn data(&self) -> &'static str {
        match (self.validators, self.witnesses) {
            (0 | 1, 0) => "data/demo",
            _ => "data/consortium",
        }
    }
}

/// Runs a demo network on the loopback address until Ctrl-C.
pub fn run(workspace: &Workspace, demo: &Demo, fresh: bool) -> Result<()> {
    let data = demo.data();
    setup::run(workspace, &[Need::ProvingKeys], demo.build())?;
    if fresh {
        println!("==> up: removing {data}");
        match std::fs::remove_dir_all(workspace.path(data)) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("cannot remove {data}"));
            }
            _ => {}
        }
    }
    web::run(workspace)?;
    println!("==> up: building");
    let build: &[&str] = match demo.build() {
        Build::Consortium => &setup::CONSORTIUM,
        Build::Release | Build::Dev => &setup::RELEASE,
    };
    Program::cargo(workspace, build).run()?;
    let port = demo.port;
    println!("==> up: http://127.0.0.1:{port} (Ctrl-C ends it)");
    let listen = format!("127.0.0.1:{port}");
    let (validators, witnesses) = (demo.validators.to_string(), demo.witnesses.to_string());
    let service = [
        "demo",
        "up",
        "--data",
        data,
        "--keys",
        KEYS,
        "--listen",
        &listen,
        "--validators",
        &validators,
        "--witnesses",
        &witnesses,
    ];
    Program::new(workspace, "target/release/luyin", &service).replace()
}
