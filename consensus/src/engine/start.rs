//! Opening a node's files, and what a node may do after that.

use super::book::{Book, BookError, Recovered};
use super::host::{Host, Order};
use super::status::{Board, Running};
use super::{Engine, EngineConfig, EngineError, run, wal};
use crate::signer::{Guard, GuardedSigner, VoteSigner};
use crate::store::{Bodies, Decisions};
use crate::{Application, Height};
use luyin_ledger::log::disk::{Disk, RealDisk};
use std::fs::{File, TryLockError};
use std::io;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, mpsc};
use tokio::sync::{Notify, watch};

/// The engine's write-ahead log in a home.
pub(super) fn wal_path(home: &Path) -> PathBuf {
    home.join("wal").join("consensus.wal")
}

/// See [`Engine::start`].
pub(super) fn start<A: Application>(
    config: EngineConfig,
    key: Arc<dyn VoteSigner>,
    app: A,
) -> Result<Engine, EngineError> {
    if !config.is_sound() {
        return Err(EngineError::MaxBody(config.max_body));
    }
    let home = config.home.clone();
    std::fs::create_dir_all(home.join("wal")).map_err(home_error(&home))?;
    let lock = lock(&home)?;
    let wal = wal::inspect(&wal_path(&home))?;
    let first = app.validators()?;
    let disk: Arc<dyn Disk> =
        Arc::new(RealDisk::new(home.join("decisions")).map_err(home_error(&home))?);
    let decisions = Decisions::open(Arc::clone(&disk), config.network, &first)?;
    let guard = open_guard(&config, key.as_ref(), wal, decisions.as_ref())?;
    let decisions = match decisions {
        Some(decisions) => decisions,
        None => Decisions::create(disk, config.network, first)?,
    };
    let disk: Arc<dyn Disk> = Arc::new(RealDisk::new(&home).map_err(home_error(&home))?);
    let bodies = Bodies::open(disk).map_err(home_error(&home))?;
    let mut book = Book::new(app, bodies, decisions, config.max_body);
    let recovered = book.recover().map_err(books)?;
    let signer = GuardedSigner::new(key, guard, config.network).after(wal_path(&home));
    settle(&signer, wal, recovered, book.tip().next(), &config)?;
    listenable(&config)?;
    launch(config, book, signer, lock)
}

fn books(error: BookError) -> EngineError {
    match error {
        BookError::Application(fault) => EngineError::Application(fault),
        BookError::Decisions(error) => EngineError::Decisions(error),
        error => EngineError::Books(error.to_string()),
    }
}

fn home_error(path: &Path) -> impl Fn(io::Error) -> EngineError {
    move |source| EngineError::Home {
        path: path.to_owned(),
        source,
    }
}

fn lock(home: &Path) -> Result<File, EngineError> {
    let path = home.join("lock");
    let file = File::create(&path).map_err(home_error(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(EngineError::Locked(home.to_owned())),
        Err(TryLockError::Error(source)) => Err(home_error(&path)(source)),
    }
}

/// A home that was used without its guard is an old or copied one.
fn open_guard(
    config: &EngineConfig,
    key: &dyn VoteSigner,
    wal: Option<Height>,
    decisions: Option<&Decisions>,
) -> Result<Guard, EngineError> {
    let path = &config.guard;
    if path.starts_with(&config.home) {
        return Err(EngineError::GuardInHome(path.clone()));
    }
    let used = wal.is_some() || decisions.is_some();
    if used || Guard::exists(path) {
        return Ok(Guard::open(path, key.public(), config.network)?);
    }
    if let Some(dir) = path.parent().filter(|dir| !dir.as_os_str().is_empty()) {
        std::fs::create_dir_all(dir).map_err(home_error(dir))?;
    }
    Ok(Guard::create(path, key.public(), config.network)?)
}

/// Compares what the guard knows with what the engine remembers, and closes the heights that it has forgotten.
///
/// At the height that the guard knows, the engine needs its log: without it, it would not know what it is locked on.
fn settle(
    signer: &GuardedSigner,
    wal: Option<Height>,
    recovered: Recovered,
    next: Height,
    config: &EngineConfig,
) -> Result<(), EngineError> {
    let path = wal_path(&config.home);
    let damaged = |why: String| EngineError::Wal {
        path: path.clone(),
        why,
    };
    let signed = signer.with_guard(|guard| guard.last()).map(|b| b.height);
    if let Some(of) = wal
        && of > next
    {
        return Err(damaged(format!("it is of height {of}, the next is {next}")));
    }
    let forgotten = match (signed, wal) {
        _ if recovered == Recovered::BodyLost(next) => Some(next),
        (Some(signed), _) if signed > next => Some(signed),
        (Some(signed), None) if signed == next => Some(signed),
        (Some(signed), Some(of)) if signed == next && of < next => {
            return Err(damaged(format!(
                "it is of height {of}, but something was signed at height {signed}"
            )));
        }
        _ => None,
    };
    match forgotten {
        None => Ok(()),
        Some(height) => {
            tracing::warn!(%height, "consensus: this node has forgotten what it heard; it signs nothing through that height");
            Ok(signer.with_guard(|guard| guard.close(height))?)
        }
    }
}

/// The engine would only log that it cannot listen.
fn listenable(config: &EngineConfig) -> Result<(), EngineError> {
    match TcpListener::bind(config.listen) {
        Ok(_) => Ok(()),
        Err(source) => Err(EngineError::Listen {
            address: config.listen,
            source,
        }),
    }
}

fn launch<A: Application>(
    config: EngineConfig,
    book: Book<A>,
    signer: GuardedSigner,
    lock: File,
) -> Result<Engine, EngineError> {
    let board = Arc::new(Board::new(book.tip()));
    let wake = Arc::new(Notify::new());
    let (orders, told) = watch::channel(Order::Run);
    let host = Host::new(
        config.clone(),
        book,
        signer,
        Arc::clone(&board),
        Arc::clone(&wake),
        told,
    );
    let (ready, started) = mpsc::channel();
    let thread = std::thread::Builder::new()
        .name("consensus".into())
        .spawn(move || {
            // Held until the last thread has ended.
            let _lock = lock;
            run::run(host, &config, ready);
        })
        .map_err(|error| EngineError::Build(error.to_string()))?;
    let engine = Engine {
        board,
        wake,
        orders,
        thread: Mutex::new(Some(thread)),
    };
    match started.recv() {
        Ok(Ok(())) => Ok(engine),
        Ok(Err(error)) => Err(error),
        Err(_) => match engine.status().running {
            Running::Stopped(why) => Err(EngineError::Build(why)),
            _ => Err(EngineError::Build("its thread ended".into())),
        },
    }
}
