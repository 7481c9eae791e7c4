//! Policies written as rules, in the browser. The wallet's module says what a note holds and which policies are published;
//! this one reads a document of rules and says what each of them says. It knows no secret and keeps nothing.

use luyin_device::page::Fault;
use luyin_device::rulebook::Rulebook;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// A document of rules.
#[wasm_bindgen]
pub struct Rules {
    book: Rulebook,
}

#[wasm_bindgen]
impl Rules {
    /// Reads a document. Throws a fault as JSON.
    ///
    /// # Errors
    /// The fault: the first thing that is wrong with it.
    #[wasm_bindgen(constructor)]
    pub fn new(document: &[u8]) -> Result<Rules, JsValue> {
        let book = Rulebook::read(document);
        let book = book.map_err(|refusal| thrown("bad_rulebook", &refusal.to_string()))?;
        Ok(Self { book })
    }

    /// The policy that the rules come to: its canonical bytes in base64.
    #[must_use]
    pub fn policy(&self) -> String {
        self.book.policy_text()
    }

    /// What each rule says of a note, as JSON.
    ///
    /// # Errors
    /// The fault, where the note is none.
    pub fn judge(&self, note: &str) -> Result<String, JsValue> {
        let other = |error: serde_json::Error| thrown("other_version", &error.to_string());
        let note = serde_json::from_str(note).map_err(other)?;
        serde_json::to_string(&self.book.judge(&note)).map_err(other)
    }
}

fn thrown(slug: &str, message: &str) -> JsValue {
    let fault = Fault::new(slug, message);
    serde_json::to_string(&fault).unwrap_or_default().into()
}
