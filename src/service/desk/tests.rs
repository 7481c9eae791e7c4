use super::*;
use crate::http::problem::kind_of;

const NOW: Timestamp = Timestamp::new(1_795_399_200_000);

fn later(ms: u64) -> Timestamp {
    Timestamp::new(NOW.get() + ms)
}

fn name(n: u16) -> BoxName {
    let mut bytes = [0; 32];
    bytes[..2].copy_from_slice(&n.to_be_bytes());
    BoxName(bytes)
}

fn registrar(n: u8) -> Did {
    Did::from_bytes([n; 32])
}

fn sealed(bytes: &[u8]) -> SealedRequest {
    SealedRequest {
        sealed: encoded::encode(bytes),
    }
}

fn slug<T>(answer: Result<T, ServiceError>) -> &'static str {
    answer.err().map_or("", |error| kind_of(&error).slug)
}

#[test]
fn a_request_waits_for_the_registrar_who_opened_the_box_and_for_nobody_else() {
    let desks = Desks::default();
    let (box_, one, other) = (name(1), registrar(1), registrar(2));
    assert_eq!(desks.open(box_, one, NOW).unwrap().until, later(OPEN_MS));
    assert_eq!(slug(desks.take(box_, one, NOW)), "desk-empty");
    desks.put(box_, &sealed(b"request"), NOW).unwrap();
    assert_eq!(desks.take(box_, one, NOW).unwrap(), sealed(b"request"));
    assert_eq!(slug(desks.take(box_, other, NOW)), "desk-unknown");
    assert_eq!(slug(desks.close(box_, other, NOW)), "desk-unknown");
    desks.close(box_, one, NOW).unwrap();
    assert_eq!(slug(desks.take(box_, one, NOW)), "desk-unknown");
}

#[test]
fn the_first_request_stays_and_the_same_may_come_again() {
    let desks = Desks::default();
    desks.open(name(1), registrar(1), NOW).unwrap();
    desks.put(name(1), &sealed(b"first"), NOW).unwrap();
    desks.put(name(1), &sealed(b"first"), NOW).unwrap();
    assert_eq!(
        slug(desks.put(name(1), &sealed(b"second"), NOW)),
        "desk-full"
    );
    let found = desks.take(name(1), registrar(1), NOW).unwrap();
    assert_eq!(found, sealed(b"first"));
}

#[test]
fn a_box_that_was_not_opened_or_is_over_takes_nothing() {
    let desks = Desks::default();
    assert_eq!(slug(desks.put(name(1), &sealed(b"x"), NOW)), "desk-unknown");
    desks.open(name(1), registrar(1), NOW).unwrap();
    desks
        .put(name(1), &sealed(b"x"), later(OPEN_MS - 1))
        .unwrap();
    let over = later(OPEN_MS);
    assert_eq!(
        slug(desks.put(name(1), &sealed(b"x"), over)),
        "desk-unknown"
    );
    assert_eq!(
        slug(desks.take(name(1), registrar(1), over)),
        "desk-unknown"
    );
    desks.open(name(1), registrar(2), over).unwrap();
    assert_eq!(slug(desks.take(name(1), registrar(2), over)), "desk-empty");
}

#[test]
fn opening_again_changes_nothing_and_no_box_is_opened_twice() {
    let desks = Desks::default();
    desks.open(name(1), registrar(1), NOW).unwrap();
    desks.put(name(1), &sealed(b"x"), NOW).unwrap();
    let again = desks.open(name(1), registrar(1), later(5)).unwrap();
    assert_eq!(again.until, later(OPEN_MS));
    assert!(desks.take(name(1), registrar(1), later(5)).is_ok());
    assert_eq!(slug(desks.open(name(1), registrar(2), NOW)), "desk-taken");
}

#[test]
fn a_registrar_has_200_boxes_at_a_time_and_all_together_have_an_end() {
    let desks = Desks::default();
    let each = u16::try_from(EACH).unwrap();
    for n in 0..each {
        desks.open(name(n), registrar(1), NOW).unwrap();
    }
    assert_eq!(
        slug(desks.open(name(each), registrar(1), NOW)),
        "desks-full"
    );
    assert!(
        desks.open(name(0), registrar(1), NOW).is_ok(),
        "one's own again"
    );
    desks.close(name(0), registrar(1), NOW).unwrap();
    desks.open(name(each), registrar(1), NOW).unwrap();
    for n in each + 1..=u16::try_from(ALL).unwrap() {
        let whose = registrar(u8::try_from(n / each).unwrap() + 1);
        desks.open(name(n), whose, NOW).unwrap();
    }
    assert_eq!(
        slug(desks.open(name(5_000), registrar(99), NOW)),
        "desks-full"
    );
    assert!(
        desks
            .open(name(5_000), registrar(99), later(OPEN_MS))
            .is_ok()
    );
}

#[test]
fn a_request_is_at_most_24_kib_of_base64() {
    let desks = Desks::default();
    desks.open(name(1), registrar(1), NOW).unwrap();
    let long = sealed(&[7; MAX_SEALED + 1]);
    assert_eq!(slug(desks.put(name(1), &long, NOW)), "body-too-long");
    for bad in ["", "*", "QQ"] {
        let bad = SealedRequest {
            sealed: bad.to_owned(),
        };
        assert_eq!(slug(desks.put(name(1), &bad, NOW)), "malformed-bytes");
    }
    desks.put(name(1), &sealed(&[7; MAX_SEALED]), NOW).unwrap();
}

#[test]
fn a_box_has_one_name() {
    let digits = "0a".repeat(32);
    assert!(digits.parse::<BoxName>().is_ok());
    let longer = format!("{digits}00");
    for bad in ["", "0a", &digits.to_uppercase(), &longer, &"0g".repeat(32)] {
        assert!(bad.parse::<BoxName>().is_err(), "{bad}");
    }
}
