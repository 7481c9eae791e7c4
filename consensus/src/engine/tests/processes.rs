//! Four processes that are killed without warning.

use super::network::{addresses, config, validators};
use crate::signer::tests::key;
use crate::{
    Application, Applied, Decided, Engine, EngineConfig, Fault, Height, Validators, Verdict,
};
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

const ROOT: &str = "LUYIN_CONSENSUS_TEST_ROOT";
const NUMBER: &str = "LUYIN_CONSENSUS_TEST_NUMBER";
const ADDRESSES: &str = "LUYIN_CONSENSUS_TEST_ADDRESSES";
const LIMIT: Duration = Duration::from_secs(180);

/// A ledger of one line a height, synced. Every height proposes a body of its own.
struct Lines {
    path: PathBuf,
    height: Height,
    last: String,
    number: usize,
}

fn line(decided: &Decided) -> String {
    let (height, body) = (decided.height, String::from_utf8_lossy(&decided.body));
    format!("{height} {body}")
}

/// Whole lines alone: the last one may have been cut by a kill.
fn lines(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    whole.lines().map(str::to_owned).collect()
}

impl Lines {
    fn open(path: PathBuf, number: usize) -> Self {
        let lines = lines(&path);
        let whole: String = lines.iter().map(|line| format!("{line}\n")).collect();
        std::fs::write(&path, whole).unwrap();
        Self {
            height: Height::new(lines.len() as u64),
            last: lines.last().cloned().unwrap_or_default(),
            path,
            number,
        }
    }
}

impl Application for Lines {
    fn validators(&self) -> Result<Validators, Fault> {
        Ok(validators(4))
    }

    fn propose(&mut self, height: Height) -> Result<Vec<u8>, Fault> {
        assert_eq!(height, self.height.next());
        // Each attempt is another body, so a proposer that forgot would be seen to propose twice.
        let drawn = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_nanos();
        Ok(format!("{height}-by-{}-{drawn}", self.number).into_bytes())
    }

    fn check(&mut self, height: Height, body: &[u8]) -> Result<Verdict, Fault> {
        assert_eq!(height, self.height.next());
        let prefix = format!("{height}-by-");
        Ok(match body.starts_with(prefix.as_bytes()) {
            true => Verdict::Valid,
            false => Verdict::Invalid("of another height".into()),
        })
    }

    fn decide(&mut self, decided: &Decided) -> Result<Applied, Fault> {
        let line = line(decided);
        if decided.height == self.height {
            assert_eq!(self.last, line);
        } else {
            assert_eq!(decided.height, self.height.next());
            let mut file = OpenOptions::new()
                .create(true)
                .append(true)
                .open(&self.path)
                .unwrap();
            file.write_all(format!("{line}\n").as_bytes()).unwrap();
            file.sync_all().unwrap();
            self.height = decided.height;
            self.last = line;
        }
        Ok(Applied {
            mark: decided.height.get(),
            validators: validators(4),
        })
    }

    fn body(&self, mark: u64) -> Result<Option<Vec<u8>>, Fault> {
        let line = lines(&self.path).into_iter().nth(mark as usize - 1);
        Ok(line.and_then(|line| Some(line.split_once(' ')?.1.as_bytes().to_vec())))
    }
}

/// What each of the processes does, by the name of the test that starts them: the directory of all and its number.
fn be_one(root: &Path, number: usize) {
    let addresses: Vec<SocketAddr> = std::env::var(ADDRESSES)
        .unwrap()
        .split(',')
        .map(|address| address.parse().unwrap())
        .collect();
    let config = EngineConfig {
        pace: Duration::from_millis(20),
        ..config(root, number, &addresses)
    };
    let app = Lines::open(root.join(format!("ledger-{number}")), number);
    let engine = Engine::start(config, Box::new(key(number as u8)), app).unwrap();
    let ended = engine.wait(Duration::MAX / 4, |status| {
        matches!(status.running, crate::Running::Stopped(_))
    });
    panic!("{ended:?}");
}

struct Processes {
    root: tempfile::TempDir,
    addresses: Vec<SocketAddr>,
    running: Vec<Option<Child>>,
}

impl Processes {
    fn start() -> Self {
        let mut processes = Self {
            root: tempfile::tempdir().unwrap(),
            addresses: addresses(4),
            running: (0..4).map(|_| None).collect(),
        };
        (0..4).for_each(|number| processes.begin(number));
        processes
    }

    fn begin(&mut self, number: usize) {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.root.path().join(format!("log-{number}")))
            .unwrap();
        let addresses: Vec<_> = self.addresses.iter().map(ToString::to_string).collect();
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "--nocapture"])
            .arg("engine::tests::processes::killed_processes_lose_nothing_and_never_disagree")
            .env(ROOT, self.root.path())
            .env(NUMBER, number.to_string())
            .env(ADDRESSES, addresses.join(","))
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        self.running[number] = Some(child);
    }

    fn kill(&mut self, number: usize) {
        let mut child = self.running[number].take().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    fn height(&self, number: usize) -> usize {
        lines(&self.root.path().join(format!("ledger-{number}"))).len()
    }

    /// Waits for files that other processes write: there is no event to wait for.
    fn await_height(&mut self, numbers: &[usize], height: usize) {
        let end = Instant::now() + LIMIT;
        for number in numbers {
            while self.height(*number) < height {
                let ended = self.running[*number]
                    .as_mut()
                    .and_then(|c| c.try_wait().unwrap());
                let at = self.height(*number);
                assert!(
                    ended.is_none() && Instant::now() < end,
                    "process {number} at {at} of {height}: {}",
                    self.log(*number)
                );
                std::thread::sleep(Duration::from_millis(20));
            }
        }
    }

    fn log(&self, number: usize) -> String {
        std::fs::read_to_string(self.root.path().join(format!("log-{number}"))).unwrap()
    }

    /// No two ledgers differ where both have a line.
    fn agree(&self) {
        let ledgers: Vec<_> = (0..4)
            .map(|number| lines(&self.root.path().join(format!("ledger-{number}"))))
            .collect();
        for ledger in &ledgers {
            for (a, b) in ledger.iter().zip(&ledgers[0]) {
                assert_eq!(a, b);
            }
        }
    }
}

impl Drop for Processes {
    fn drop(&mut self) {
        for child in self.running.iter_mut().flatten() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

#[test]
fn killed_processes_lose_nothing_and_never_disagree() {
    if let (Ok(root), Ok(number)) = (std::env::var(ROOT), std::env::var(NUMBER)) {
        return be_one(Path::new(&root), number.parse().unwrap());
    }
    let mut processes = Processes::start();
    processes.await_height(&[0, 1, 2, 3], 3);
    for turn in 0..8 {
        let victim = turn % 4;
        processes.kill(victim);
        let others: Vec<_> = (0..4).filter(|number| *number != victim).collect();
        let height = processes.height(others[0]);
        processes.await_height(&others, height + 1 + turn % 3);
        processes.begin(victim);
        processes.await_height(&[victim], height + 1);
    }
    for turn in 0..4 {
        let height = processes.height(turn % 4);
        (0..4).for_each(|number| processes.kill(number));
        (0..4).for_each(|number| processes.begin(number));
        processes.await_height(&[0, 1, 2, 3], height + 2 + turn);
    }
    processes.agree();
}
