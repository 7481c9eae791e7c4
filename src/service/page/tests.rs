use super::*;

fn pages() -> Pages {
    let files = [
        ("index.html", "first"),
        ("w/index.html", "wallet"),
        ("w/index.html.br", "short"),
        ("assets/a-1f2e.js", "code"),
        ("sw.js", "worker"),
    ];
    Pages::of(files.map(|(name, content)| (name.to_owned(), Cow::Borrowed(content.as_bytes()))))
}

fn content(path: &str, accepted: Option<&str>) -> Option<Vec<u8>> {
    Some(pages().find(path)?.form(accepted).content.to_vec())
}

#[test]
fn a_folder_is_its_index_and_a_file_itself() {
    assert_eq!(content("", None).unwrap(), b"first");
    assert_eq!(content("index.html", None).unwrap(), b"first");
    assert_eq!(content("w", None).unwrap(), b"wallet");
    assert_eq!(content("sw.js", None).unwrap(), b"worker");
    for nothing in [
        "g",
        "assets",
        "w/",
        "/",
        "../index.html",
        "w/index.html.br",
        "w/../sw.js",
    ] {
        assert!(pages().find(nothing).is_none(), "{nothing}");
    }
}

#[test]
fn brotli_goes_to_those_who_take_it_under_a_tag_of_its_own() {
    for accepted in ["br", "gzip, deflate, br", "gzip;q=1.0,BR;q=0.5"] {
        assert_eq!(
            content("w", Some(accepted)).unwrap(),
            b"short",
            "{accepted}"
        );
    }
    for refused in ["", "gzip", "br;q=0", "br; q=0.0", "brr", "*;q=0"] {
        assert_eq!(content("w", Some(refused)).unwrap(), b"wallet", "{refused}");
    }
    let pages = pages();
    let page = pages.find("w").unwrap();
    assert_ne!(page.form(Some("br")).tag, page.form(None).tag);
    assert_eq!(
        content("sw.js", Some("br")).unwrap(),
        b"worker",
        "no brotli form"
    );
}

#[test]
fn only_a_name_with_a_hash_is_kept_for_ever() {
    let pages = pages();
    assert_eq!(
        pages.find("assets/a-1f2e.js").unwrap().life(),
        Life::Forever
    );
    for named in ["", "w", "sw.js"] {
        assert_eq!(
            pages.find(named).unwrap().life(),
            Life::WhileSame,
            "{named}"
        );
    }
}

#[test]
fn what_was_built_can_be_reached_by_the_routes() {
    let shapes = |name: &str| {
        let parts: Vec<&str> = name.split('/').collect();
        matches!(parts.as_slice(), [_] | [_, "index.html"] | ["assets", _])
    };
    let pages = Pages::built_in();
    assert!(
        pages.0.keys().all(|name| shapes(name)),
        "{:?}",
        pages.0.keys()
    );
}

#[test]
fn a_build_without_pages_says_so() {
    assert!(
        Pages::default()
            .without()
            .is_some_and(|text| text.contains("cargo xtask web"))
    );
    assert!(pages().without().is_none());
}
