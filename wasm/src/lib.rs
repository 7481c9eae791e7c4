//! Luyin in the browser.
//!
//! Everything here runs in a worker of the page: it blocks. The same source makes two modules, one for a single thread and one, with the feature
//! `threads`, that proves on all of the device's cores where the page is isolated from other origins.

pub mod device;
pub mod host;
pub mod sample;
mod threads;

#[cfg(all(feature = "threads", target_arch = "wasm32"))]
pub use wasm_bindgen_rayon::init_thread_pool;

use wasm_bindgen::prelude::wasm_bindgen;

/// The version of the library.
#[must_use]
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// How many threads prove: 1 where the module was built for one, and until the page has started more.
#[must_use]
#[wasm_bindgen]
pub fn threads() -> usize {
    threads::at_work()
}
