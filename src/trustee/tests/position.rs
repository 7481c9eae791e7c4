//! Starts over a log that has been read before.

use super::*;
use luyin_device::client::ClientError;
use luyin_keys::sealed::WrappingKey;
use luyin_ledger::log::tiles::TileId;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The world's log, and how many tiles were asked for.
struct Counting(Arc<World>, Arc<AtomicUsize>);

impl LogSource for Counting {
    fn checkpoint(&self) -> Result<Vec<u8>, ClientError> {
        self.0.checkpoint()
    }
    fn tile(&self, tile: &TileId) -> Result<Vec<u8>, ClientError> {
        self.1.fetch_add(1, Ordering::SeqCst);
        self.0.tile(tile)
    }
    fn now(&self) -> Result<Timestamp, ClientError> {
        LogSource::now(&self.0)
    }
}

/// Starts over a directory; what the book says of notice, owner and registrar, and how many tiles it took.
struct Restarting<'a> {
    scene: &'a Scene,
    dir: TempDir,
    key: WrappingKey,
}

type Said = (bool, bool, bool, usize);

impl Restarting<'_> {
    fn start(&self) -> Result<(Said, usize), LedgerError> {
        let Scene {
            world,
            owner,
            notice,
            ..
        } = self.scene;
        let asked = Arc::new(AtomicUsize::new(0));
        let source = Counting(Arc::clone(world), Arc::clone(&asked));
        let at = |name: &str| self.dir.path().join(name);
        let file = PositionFile::new(at("position"), self.key.clone(), 1);
        let view = LedgerView::new(source, world.parameters.id(), at("checkpoint"));
        let mut view = view.resuming(file);
        view.follow()?;
        let book = view.book();
        let said = (
            book.notice(notice).is_some(),
            book.enrolment(owner).is_some(),
            book.registrar(&world.registrar_did).is_some(),
            book.actions().len(),
        );
        Ok((said, asked.load(Ordering::SeqCst)))
    }
}

#[test]
fn a_start_goes_on_from_the_kept_position_and_knows_what_it_knew() {
    let scene = scene();
    (0..600).for_each(|n| scene.world.enrol_entry(100 + n));
    let restarting = Restarting {
        dir: tempfile::tempdir().unwrap(),
        key: WrappingKey::generate(&mut OsRng),
        scene: &scene,
    };
    let (known, first) = restarting.start().unwrap();
    assert_eq!((known.0, known.1, known.2), (true, true, true));
    assert!(first > 4, "{first} bundles");
    assert_eq!(restarting.start().unwrap(), (known, 0), "nothing is new");
    scene.world.lift(scene.notice);
    let (said, asked) = restarting.start().unwrap();
    assert_eq!((said.3, asked), (known.3 + 1, 1), "the last bundle alone");
    // A position that does not open is as none.
    let path = restarting.dir.path().join("position");
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let (again, asked) = restarting.start().unwrap();
    assert_eq!(again, said);
    assert!(asked >= first, "all of it");
}

#[test]
fn a_kept_position_hides_no_rollback() {
    let scene = scene();
    let restarting = Restarting {
        dir: tempfile::tempdir().unwrap(),
        key: WrappingKey::generate(&mut OsRng),
        scene: &scene,
    };
    restarting.start().unwrap();
    let before = scene.world.log.lock().unwrap().clone();
    let position = restarting.dir.path().join("position");
    let older = std::fs::read(&position).unwrap();
    scene.world.lift(scene.notice);
    restarting.start().unwrap();
    // The node takes the lifting back, and somebody puts the older position in place.
    *scene.world.log.lock().unwrap() = before;
    std::fs::write(&position, older).unwrap();
    assert!(matches!(restarting.start(), Err(LedgerError::Rollback)));
    scene.world.enrol_entry(9);
    assert!(matches!(restarting.start(), Err(LedgerError::Rollback)));
}
