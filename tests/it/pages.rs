//! A browser opens the pages that the node carries.

use super::support::World;
use super::support::client::Call;
use super::support::world::PAGE_FILES;

#[test]
fn every_page_and_file_comes_with_the_headers_that_bind_it() {
    let world = World::start();
    for path in [
        "/",
        "/w",
        "/w/",
        "/w/index.html",
        "/sw.js",
        "/assets/main-1f2e.js",
    ] {
        let answer = world.get(path);
        assert_eq!(answer.status, 200, "{path}");
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self' 'wasm-unsafe-eval';"));
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"));
        for (name, value) in [
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-embedder-policy", "require-corp"),
            ("cross-origin-resource-policy", "same-origin"),
            ("referrer-policy", "no-referrer"),
            ("x-content-type-options", "nosniff"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{path}");
        }
        assert!(
            answer
                .header("permissions-policy")
                .unwrap()
                .contains("camera=(self)")
        );
    }
    for absent in [
        "/g",
        "/d",
        "/c",
        "/assets/other.js",
        "/w/other.js",
        "/assets/",
    ] {
        assert_eq!(world.get(absent).slug(), "not-found", "{absent}");
    }
}

#[test]
fn a_file_is_sent_once_and_then_only_its_tag() {
    let world = World::start();
    for (path, media, kept) in [
        ("/w", "text/html; charset=utf-8", "no-cache"),
        ("/sw.js", "text/javascript; charset=utf-8", "no-cache"),
        (
            "/assets/main-1f2e.js",
            "text/javascript; charset=utf-8",
            "public, max-age=31536000, immutable",
        ),
    ] {
        let first = world.get(path);
        assert_eq!(first.header("content-type"), Some(media), "{path}");
        assert_eq!(first.header("cache-control"), Some(kept), "{path}");
        assert_eq!(first.header("vary"), Some("accept-encoding"), "{path}");
        let tag = first.header("etag").unwrap();
        let again = world.send(&Call::get(path).header("if-none-match", tag));
        assert_eq!((again.status, again.body.len()), (304, 0), "{path}");
        assert_eq!(again.header("etag"), Some(tag), "{path}");
        assert!(again.header("content-security-policy").is_some(), "{path}");
        let other = world.send(&Call::get(path).header("if-none-match", "\"other\""));
        assert_eq!(other.body, first.body, "{path}");
    }
}

#[test]
fn the_compressed_form_goes_to_those_who_take_it() {
    let world = World::start();
    let plain = world.get("/w");
    assert_eq!(plain.header("content-encoding"), None);
    let compressed = world.send(&Call::get("/w").header("accept-encoding", "gzip, br"));
    assert_eq!(compressed.header("content-encoding"), Some("br"));
    let of = |name| {
        PAGE_FILES
            .iter()
            .find(|(n, _)| *n == name)
            .unwrap()
            .1
            .as_bytes()
    };
    assert_eq!(plain.body, of("w/index.html"));
    assert_eq!(compressed.body, of("w/index.html.br"));
    assert_ne!(plain.header("etag"), compressed.header("etag"));
}

#[test]
fn the_interface_keeps_its_own_headers() {
    let world = World::start();
    let answer = world.get("/v1/network");
    assert_eq!(answer.header("content-security-policy"), None);
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
}
