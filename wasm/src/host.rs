//! The browser as the device's host: one object of `web/src/device/host.ts`, whose methods return when they are done.

use luyin_circuits::CircuitName;
use luyin_device::client::{WireAnswer, WireError, WireRequest};
use luyin_device::files::Files;
use luyin_device::page::{Host, Store};
use std::io;
use std::time::Duration;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    /// The object.
    #[derive(Clone)]
    pub type BrowserHost;
    /// An answer of a peer.
    type Answer;

    #[wasm_bindgen(method, catch)]
    fn send(
        this: &BrowserHost,
        method: &str,
        url: &str,
        headers: Vec<String>,
        body: Option<Vec<u8>>,
        limit: f64,
    ) -> Result<Answer, JsValue>;
    #[wasm_bindgen(method, getter)]
    fn status(this: &Answer) -> u16;
    #[wasm_bindgen(method, getter)]
    fn body(this: &Answer) -> Vec<u8>;
    /// In seconds.
    #[wasm_bindgen(method, getter, js_name = retryAfter)]
    fn retry_after(this: &Answer) -> Option<f64>;

    #[wasm_bindgen(method)]
    fn pause(this: &BrowserHost, ms: f64);
    #[wasm_bindgen(method)]
    fn key(this: &BrowserHost, circuit: &str) -> Option<Vec<u8>>;
    #[wasm_bindgen(method)]
    fn report(this: &BrowserHost, task: &str, done: f64, total: f64);

    #[wasm_bindgen(method, catch)]
    fn read(this: &BrowserHost, store: &str, name: &str) -> Result<Option<Vec<u8>>, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn replace(this: &BrowserHost, store: &str, name: &str, bytes: Vec<u8>) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn create(this: &BrowserHost, store: &str, name: &str, bytes: Vec<u8>) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn append(this: &BrowserHost, store: &str, name: &str, bytes: Vec<u8>) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn rename(this: &BrowserHost, store: &str, from: &str, to: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn remove(this: &BrowserHost, store: &str, name: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn list(this: &BrowserHost, store: &str, folder: &str) -> Result<Vec<String>, JsValue>;
}

/// The files of one part.
#[derive(Clone)]
pub struct BrowserFiles {
    host: BrowserHost,
    store: &'static str,
}

/// The host throws short names.
fn failed(thrown: JsValue) -> io::Error {
    let name = thrown.as_string().unwrap_or_default();
    let kind = match name.as_str() {
        "storage_full" => io::ErrorKind::StorageFull,
        "exists" => io::ErrorKind::AlreadyExists,
        "missing" => io::ErrorKind::NotFound,
        _ => io::ErrorKind::Other,
    };
    io::Error::new(kind, name)
}

impl Files for BrowserFiles {
    fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        self.host.read(self.store, name).map_err(failed)
    }
    fn replace(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let written = self.host.replace(self.store, name, bytes.to_vec());
        written.map_err(failed)
    }
    fn create(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let written = self.host.create(self.store, name, bytes.to_vec());
        written.map_err(failed)
    }
    fn append(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let written = self.host.append(self.store, name, bytes.to_vec());
        written.map_err(failed)
    }
    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.host.rename(self.store, from, to).map_err(failed)
    }
    fn remove(&self, name: &str) -> io::Result<()> {
        self.host.remove(self.store, name).map_err(failed)
    }
    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        self.host.list(self.store, folder).map_err(failed)
    }
}

/// Exact for every size and time that occurs.
fn number(n: usize) -> f64 {
    u32::try_from(n).map_or(f64::from(u32::MAX), f64::from)
}

impl Host for BrowserHost {
    type Files = BrowserFiles;

    fn send(&self, request: &WireRequest<'_>) -> Result<WireAnswer, WireError> {
        let headers = request.headers.iter();
        let headers = headers.flat_map(|(name, value)| [(*name).to_owned(), value.clone()]);
        let body = request.body.map(<[u8]>::to_vec);
        let limit = number(usize::try_from(request.limit).unwrap_or(usize::MAX));
        let sent = Self::send(
            self,
            request.method,
            request.url,
            headers.collect(),
            body,
            limit,
        );
        let answer = sent.map_err(|thrown| {
            let why = thrown.as_string().unwrap_or_default();
            match why.as_str() {
                "too_long" => WireError::TooLong,
                _ => WireError::Unreachable(why),
            }
        })?;
        Ok(WireAnswer {
            status: answer.status(),
            body: answer.body(),
            retry_after: answer.retry_after().and_then(seconds),
        })
    }
    fn pause(&self, time: Duration) {
        Self::pause(self, time.as_secs_f64() * 1_000.0);
    }
    fn files(&self, store: Store) -> BrowserFiles {
        BrowserFiles {
            host: self.clone(),
            store: match store {
                Store::Wallet => "wallet",
                Store::Gate => "gate",
            },
        }
    }
    fn key(&self, circuit: CircuitName) -> Option<Vec<u8>> {
        Self::key(self, circuit.as_str())
    }
    fn report(&self, task: &str, done: usize, total: usize) {
        Self::report(self, task, number(done), number(total));
    }
}

fn seconds(n: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(n).ok()
}
