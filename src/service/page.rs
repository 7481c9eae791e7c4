//! The pages for browsers: what `cargo xtask web` built, carried by the binary.
//!
//! All files are taken up once, under their names; a request can name one of them and nothing else. A debug build reads them from the checkout when it
//! starts, so that the pages can be built without building the service.

use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::collections::BTreeMap;

#[derive(RustEmbed)]
#[folder = "web/dist/"]
struct Built;

/// What ends the name of a file's brotli form, made when the pages were built.
const BROTLI: &str = ".br";
/// Files whose names hold their hash.
const HASHED: &str = "assets/";
const INDEX: &str = "index.html";
/// What `/` says where no pages were built.
const NO_PAGES: &str = "<!doctype html>
<html lang=\"en\">
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width\">
<title>Luyin</title>
<h1>路引 Luyin</h1>
<p>This node was built without its pages. Build them with <code>cargo xtask web</code>, then build and start the node again.
<p><a href=\"/openapi.json\">The interface</a>
";

/// How long a browser may keep a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// For ever: another content has another name.
    Forever,
    /// As long as the node says that it is the same.
    WhileSame,
}

/// Which form of a file is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// As it is.
    Plain,
    /// Compressed by brotli.
    Brotli,
}

/// A file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    media: &'static str,
    life: Life,
    hash: String,
    plain: Cow<'static, [u8]>,
    brotli: Option<Cow<'static, [u8]>>,
}

/// A form of a file, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form<'a> {
    /// The content.
    pub content: &'a Cow<'static, [u8]>,
    /// Its coding.
    pub coding: Coding,
    /// Its entity tag, quoted.
    pub tag: String,
}

/// All files by the path below the root.
#[derive(Debug, Default)]
pub struct Pages(BTreeMap<String, Page>);

impl Page {
    fn new(name: &str, plain: Cow<'static, [u8]>, brotli: Option<Cow<'static, [u8]>>) -> Self {
        Self {
            media: media(name),
            life: if name.starts_with(HASHED) {
                Life::Forever
            } else {
                Life::WhileSame
            },
            hash: hex::encode(Sha256::digest(&plain)),
            plain,
            brotli,
        }
    }

    /// Its media type.
    #[must_use]
    pub const fn media(&self) -> &'static str {
        self.media
    }

    /// How long it may be kept.
    #[must_use]
    pub const fn life(&self) -> Life {
        self.life
    }

    /// The form for a browser that takes these codings (`Accept-Encoding`). Each form has a tag of its own (RFC 9110, 8.8.3.3).
    #[must_use]
    pub fn form(&self, accepted: Option<&str>) -> Form<'_> {
        match &self.brotli {
            Some(content) if accepted.is_some_and(takes_brotli) => Form {
                content,
                coding: Coding::Brotli,
                tag: format!("\"{}-br\"", self.hash),
            },
            _ => Form {
                content: &self.plain,
                coding: Coding::Plain,
                tag: format!("\"{}\"", self.hash),
            },
        }
    }
}

impl Pages {
    /// The pages that this binary was built with.
    #[must_use]
    pub fn built_in() -> Self {
        Self::of(Built::iter().filter_map(|name| Some((name.to_string(), Built::get(&name)?.data))))
    }

    /// Pages of these files. A name that ends in `.br` is the brotli form of another.
    #[must_use]
    pub fn of(files: impl IntoIterator<Item = (String, Cow<'static, [u8]>)>) -> Self {
        let (mut brotli, plain): (BTreeMap<_, _>, BTreeMap<_, _>) = files
            .into_iter()
            .partition(|(name, _)| name.ends_with(BROTLI));
        let pages = plain.into_iter().map(|(name, content)| {
            let page = Page::new(&name, content, brotli.remove(&format!("{name}{BROTLI}")));
            (name, page)
        });
        Self(pages.collect())
    }

    /// The file of a path without its first slash. A folder is its index; the empty path is the first page.
    #[must_use]
    pub fn find(&self, path: &str) -> Option<&Page> {
        let index = match path {
            "" => INDEX.to_owned(),
            folder => format!("{folder}/{INDEX}"),
        };
        self.0.get(path).or_else(|| self.0.get(&index))
    }

    /// The page that stands for the others where none were built.
    #[must_use]
    pub fn without(&self) -> Option<&'static str> {
        self.0.is_empty().then_some(NO_PAGES)
    }
}

/// Whether an `Accept-Encoding` takes brotli: named, and not with the weight 0.
fn takes_brotli(accepted: &str) -> bool {
    accepted.split(',').any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let named = parts
            .next()
            .is_some_and(|name| name.eq_ignore_ascii_case("br"));
        let refused = parts
            .filter_map(|part| part.strip_prefix("q="))
            .any(|weight| weight.parse() == Ok(0.0_f32));
        named && !refused
    })
}

/// The media type by the name's end. What is unknown is no script and no style.
fn media(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "wasm" => "application/wasm",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests;
