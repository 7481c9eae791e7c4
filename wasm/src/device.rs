//! The device that a page's worker holds.

use crate::host::BrowserHost;
use luyin_device::page::Page;
use luyin_keys::sealed::Strength;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// Wallet, gate and regulator's desk of one browser.
#[wasm_bindgen]
pub struct Device {
    page: Page<BrowserHost>,
}

/// What a call came to.
#[wasm_bindgen]
pub struct Reply {
    json: String,
    bytes: Option<Vec<u8>>,
}

#[wasm_bindgen]
impl Device {
    /// A device on a host, with nothing opened.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(host: BrowserHost) -> Self {
        Self {
            page: Page::new(host, Strength::PRODUCTION),
        }
    }

    /// Does what a page asks. Throws a fault as JSON.
    ///
    /// # Errors
    /// The fault.
    pub fn call(
        &mut self,
        part: &str,
        method: &str,
        arguments: &str,
        bytes: Option<Vec<u8>>,
    ) -> Result<Reply, JsValue> {
        let bytes = bytes.unwrap_or_default();
        match self.page.call(part, method, arguments, bytes) {
            Ok(reply) => Ok(Reply {
                json: reply.json,
                bytes: reply.bytes,
            }),
            Err(fault) => Err(serde_json::to_string(&fault).unwrap_or_default().into()),
        }
    }
}

#[wasm_bindgen]
impl Reply {
    /// The answer.
    #[must_use]
    #[wasm_bindgen(getter)]
    pub fn json(&self) -> String {
        self.json.clone()
    }

    /// Bytes that belong to it.
    #[must_use]
    #[wasm_bindgen(getter)]
    pub fn bytes(&self) -> Option<Vec<u8>> {
        self.bytes.clone()
    }
}
