//! A phone at the registrar's desk: a code is told, the request is left at the node, the person is enrolled.

use super::support::client::Call;
use super::support::town::{DeskAtWork, Town};
use super::support::{Answer, Member, World};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use luyin_device::enrolment::{DeskCode, EnrolRequest};
use rand::rngs::OsRng;
use serde_json::json;

const ID: &str = "11010519491231002X";
const HOUR: u64 = 3_600_000;

/// What the wallet's page leaves at the node for a request file of a wallet.
fn leave(town: &Town, code: &DeskCode, name: &str) -> Answer {
    let request = std::fs::read(town.path(&format!("{name}.request"))).unwrap();
    let network = town.world.network();
    let request = EnrolRequest::from_json(&request, &network).unwrap();
    let sealed = code.seal(&network, &request, &mut OsRng).unwrap();
    put(&town.world, &code.box_name(), &sealed)
}

fn put(world: &World, name: &str, sealed: &[u8]) -> Answer {
    let sealed = STANDARD.encode(sealed);
    world.send(&Call::post(
        &format!("/v1/desks/{name}/request"),
        &json!({ "sealed": sealed }),
    ))
}

#[test]
fn a_person_with_a_phone_is_enrolled_by_a_code() {
    let town = Town::start();
    town.request("first", false);
    let desk = DeskAtWork::open(&town, ID);
    let answer = leave(&town, &desk.code, "first");
    assert_eq!(answer.status, 201, "{:?}", answer.json());
    let (name, said) = (desk.code.box_name(), desk.end());
    assert_eq!(
        said.json()["receipt"]["registrar"],
        json!(Member::Registrar.did())
    );
    assert!(town.path("first.receipt").exists());
    // The box is closed; and whoever is enrolled is so for every other way.
    assert_eq!(put(&town.world, &name, b"more").slug(), "desk-unknown");
    assert_eq!(
        town.enrol("first", ID).json()["receipt"],
        said.json()["receipt"]
    );
}

#[test]
fn a_request_of_somebody_else_is_seen_by_its_mask() {
    let town = Town::start();
    town.request("eavesdropper", false);
    town.request("first", false);
    let desk = DeskAtWork::open(&town, "110105199001010010");
    assert_eq!(leave(&town, &desk.code, "eavesdropper").status, 201);
    let refused = leave(&town, &desk.code, "first");
    assert_eq!(
        (refused.status, refused.slug().as_str()),
        (409, "desk-full"),
        "the phone says so aloud"
    );
    assert!(desk.end().refusal().contains("mask ends in other digits"));
}

#[test]
fn what_was_sealed_to_another_code_is_not_opened() {
    let town = Town::start();
    town.request("first", false);
    let desk = DeskAtWork::open(&town, ID);
    assert_eq!(
        put(&town.world, &desk.code.box_name(), b"anything").status,
        201
    );
    assert!(
        desk.end()
            .refusal()
            .contains("no request that was sealed to this code")
    );
}

#[test]
fn without_a_person_who_answers_the_desk_does_not_open() {
    let town = Town::start();
    std::fs::write(town.path("id"), format!("{ID}\n王某\n")).unwrap();
    let trustees = town.trustees();
    let desk = |more: &[&str]| {
        let args = [
            "registrar",
            "desk",
            "--keystore",
            "registrar.keys",
            "--register",
            "register",
        ];
        let rest = ["--trustees", &trustees, "--id-number-file", "id"];
        town.luyin(&[&args[..], &rest, more].concat())
    };
    assert!(desk(&[]).refusal().contains("nobody can be asked"));
    assert!(
        desk(&["--yes", "--wait", "1"])
            .refusal()
            .contains("no request came")
    );
}

#[test]
fn a_box_is_its_registrar_s_for_an_hour() {
    let world = World::start();
    let name = DeskCode::draw(&mut OsRng).box_name();
    let path = format!("/v1/desks/{name}/request");
    let as_registrar = |call: Call| world.send(&world.signed(call, Member::Registrar));
    assert_eq!(put(&world, &name, b"early").slug(), "desk-unknown");
    let opened = as_registrar(Call::post("/v1/desks", &json!({ "box": name })));
    assert_eq!(opened.status, 201);
    let until = world.now().get() + HOUR;
    assert_eq!(opened.json()["until"], json!(until));
    assert_eq!(as_registrar(Call::get(&path)).slug(), "desk-empty");
    assert_eq!(put(&world, &name, b"first").status, 201);
    assert_eq!(put(&world, &name, b"first").status, 201);
    assert_eq!(put(&world, &name, b"second").slug(), "desk-full");
    assert_eq!(
        as_registrar(Call::get(&path)).json(),
        json!({ "sealed": "Zmlyc3Q=" })
    );
    let forward = Call::post("/dev/clock", &json!({ "now": until }));
    assert_eq!(world.send(&forward).status, 200);
    assert_eq!(as_registrar(Call::get(&path)).slug(), "desk-unknown");
    assert_eq!(put(&world, &name, b"first").slug(), "desk-unknown");
    as_registrar(Call::post("/v1/desks", &json!({ "box": name })));
    let closed = as_registrar(Call::delete(&format!("/v1/desks/{name}")));
    assert_eq!((closed.status, closed.body.len()), (204, 0));
    assert_eq!(
        as_registrar(Call::delete(&format!("/v1/desks/{name}"))).slug(),
        "desk-unknown"
    );
}

#[test]
fn a_registrar_opens_two_hundred_boxes_and_a_sealed_request_has_an_end() {
    let world = World::start();
    let open = |n: usize| {
        let call = Call::post("/v1/desks", &json!({ "box": format!("{n:064x}") }));
        world.send(&world.signed(call, Member::Registrar))
    };
    for n in 0..200 {
        assert_eq!(open(n).status, 201, "{n}");
    }
    let refused = open(200);
    assert_eq!(
        (refused.status, refused.slug().as_str()),
        (429, "desks-full")
    );
    assert!(refused.header("retry-after").is_some());
    let name = format!("{:064x}", 7);
    assert_eq!(
        put(&world, &name, &[7; (24 << 10) + 1]).slug(),
        "body-too-long"
    );
    assert_eq!(put(&world, &name, &[7; 48 << 10]).slug(), "body-too-long");
    assert_eq!(put(&world, &name, &[7; 24 << 10]).status, 201);
}
