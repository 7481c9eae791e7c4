//! From what an operator's base stations noticed to a pass that a risk list refuses.

use std::fmt::Write as _;
use std::path::Path;

use luyin_device::wallet::HeldAttestation;
use luyin_itinerary::{Rules, Window};
use luyin_protocol::attestation::AttestationKind;
use luyin_protocol::time::Day;
use luyin_protocol::tx::{Accredit, GovernanceAction, Quota, Role};
use serde_json::{Value, json};

use super::support::company::Company;
use super::support::town::{Manner, Said, Town};
use super::support::wallets::well;
use super::support::world::Member;

const TRAVELLER: &str = "8000000000000001";
const RESIDENT: &str = "8000000000000002";
const UNSEEN: &str = "8000000000000003";

fn may_attest_itineraries() -> GovernanceAction {
    let kind = AttestationKind::Itinerary;
    let quota = Quota(100);
    GovernanceAction::Accredit(Accredit {
        did: Member::Attester.did(),
        role: Role::Attester { kind, quota },
    })
}

/// A delivery for every day of the window: both subscribers at home in Beijing, the traveller for an afternoon of the third
/// day in Wuhan, and on the first day a row of every common fault.
fn deliver(town: &Town, today: Day) {
    let window = Window::asked_on(today, Rules::embedded());
    for (n, day) in window.days().enumerate() {
        let at = |hour: u64| day.start().get() / 1_000 + hour * 3_600;
        let mut table = "subscriber,time,region,kind\n".to_owned();
        let mut see = |who: &str, hour, region: &str| {
            writeln!(table, "{who},{},{region},update", at(hour)).unwrap();
        };
        see(RESIDENT, 7, "110105");
        see(RESIDENT, 22, "110108");
        see(TRAVELLER, 6, "110105");
        see(TRAVELLER, 10, "110105");
        if n == 2 {
            see(TRAVELLER, 14, "420106");
            see(TRAVELLER, 19, "420100");
        }
        if n == 0 {
            see("13800138000", 9, "110105");
            see(RESIDENT, 9, "999999");
            see("nobody", 9, "110105");
            see(RESIDENT, 100, "110105");
            see(RESIDENT, 7, "110105");
        }
        let folder = format!("drop/{}T0200", day.plus(1).to_iso());
        std::fs::create_dir_all(town.path(&folder)).unwrap();
        std::fs::write(town.path(&folder).join("events.csv"), table).unwrap();
    }
}

fn ask(town: &Town, rows: &[(&str, String)]) {
    let mut table = "subscriber,binding\n".to_owned();
    for (who, binding) in rows {
        writeln!(table, "{who},{binding}").unwrap();
    }
    std::fs::write(town.path("asked.csv"), table).unwrap();
}

fn itinerary(town: &Town, more: &[&str]) -> Said {
    let args =
        "attester itinerary --keystore attester.keys --drop drop --asked asked.csv --out out";
    let mut args: Vec<&str> = args.split_whitespace().collect();
    args.extend_from_slice(more);
    town.luyin(&args)
}

#[test]
fn a_journey_that_an_operator_saw_is_attested_absorbed_and_meets_the_risk_list() {
    let files = tempfile::tempdir().unwrap();
    let mut company = Company::found(files.path());
    company.govern(may_attest_itineraries());
    company.hire_so_many(2);
    company.next_epoch();
    company.clock(1, 7);
    company.check_in(1, None, |_| Some(well()));
    company.clock(1, 8);
    let today = company.world().now().day();
    deliver(&company.town, today);
    let card = |n: usize| {
        let wallet = &company.staff[n].wallet;
        let card = wallet.nym_card(None, Member::Attester.did(), today);
        card.unwrap().nym.to_string()
    };
    let asked = [
        (TRAVELLER, card(0)),
        (UNSEEN, "07".repeat(32)),
        (RESIDENT, card(1)),
    ];
    ask(&company.town, &asked);

    let said = itinerary(&company.town, &[]).json();
    assert_eq!(
        said["derived"]["rows"]["quarantined"],
        json!({"garbage": 1, "not-a-token": 1, "future": 1, "unknown-region": 1, "duplicate": 1})
    );
    let left_out = &said["asked"]["left_out"];
    assert_eq!(
        (&said["asked"]["rows"], &said["asked"]["stated"]),
        (&json!(3), &json!(2))
    );
    assert!(left_out[0]["row"] == 2 && left_out[0]["reason"].to_string().contains("not seen"));
    assert_eq!(
        (&said["issued"], &said["quarantined"]),
        (&json!(2), &json!([]))
    );
    let table = std::fs::read_to_string(company.town.path("out/itineraries.csv")).unwrap();
    assert!(
        table.contains(",110000;420100,") && table.contains(",110000,"),
        "{table}"
    );

    for n in 0..2 {
        let file = format!("out/{}.attestation.json", n + 1);
        let bytes = std::fs::read(company.town.path(&file)).unwrap();
        let held: HeldAttestation = serde_json::from_slice(&bytes).unwrap();
        let wallet = &mut company.staff[n].wallet;
        wallet.receive(None, held).unwrap();
        let absorbed = wallet.absorb(None, &company.node, company.prover.as_ref());
        absorbed.unwrap();
    }
    company.next_epoch();
    company.prove(0).expect("no region is on the list yet");
    company.publish_risk(2, &["420100"]);
    let refused = company.prove(0).unwrap_err();
    assert!(refused.contains("region"), "{refused}");
    company
        .prove(1)
        .expect("who stayed in Beijing is not touched");
}

#[test]
fn what_was_not_delivered_whole_or_takes_the_engine_is_refused_and_nothing_is_issued() {
    let town = Town::with([Manner::Silent; 5]);
    let today = town.world.now().day();
    deliver(&town, today);
    ask(&town, &[(TRAVELLER, "07".repeat(32))]);
    let refused = |more: &[&str], why: &str| {
        let said = itinerary(&town, more);
        assert!(said.refusal().contains(why), "{said:?}");
        assert!(!town.path("out").exists(), "something was half issued");
    };
    refused(&["--state", "state"], "cargo build");
    refused(
        &["--state", "state", "--engine", "nowhere"],
        "no itinerary engine at nowhere",
    );
    refused(&["--engine", "nowhere"], "--state");

    let newest = format!("drop/{}T0200", today.to_iso());
    std::fs::write(town.path(&newest).join("more.parquet"), "PAR1").unwrap();
    refused(&[], "--state DIR");
    std::fs::remove_file(town.path(&newest).join("more.parquet")).unwrap();
    std::fs::write(town.path(&newest).join("more.csv.gz"), "broken off").unwrap();
    refused(&[], "more.csv.gz");
    std::fs::remove_dir_all(town.path(&newest)).unwrap();
    let missing = format!("not all of {} was delivered", today.minus(1).to_iso());
    refused(&[], &missing);
    let early = format!("{}T0200", today.plus(2).to_iso());
    std::fs::create_dir(town.path("drop").join(&early)).unwrap();
    refused(&[], "has not come");
}

/// A program that answers as the engine does, or refuses where the state's name says so.
fn stand_in(path: &Path) {
    let script = r#"#!/bin/sh
[ -z "$LUYIN_PASSPHRASE_FILE$LUYIN_NODE" ] || exit 9
case "$1 $2" in
"derive --now")
  [ "$7" != changed ] || { echo "delivery 2020-03-06T0200 has other files" >&2; exit 1; }
  echo '{"deliveries": {}, "rows": {"rows": 5, "seen": 4, "succeeded": 0, "ported": 0, "quarantined": {"future": 1}}, "derived": {}}' ;;
"window --on")
  printf 'binding,day,value,card_day\n%s,%s,420100;JPN,\nnobody,%s,420100,\n' "$(printf '%064d' 7)" "$3" "$3" > "$9"
  echo '{"rows": 2, "stated": 2, "left_out": [], "first": "2026-11-16", "last": "2026-11-22"}' ;;
*) exit 8 ;;
esac
"#;
    std::fs::write(path, script).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(path, mode).unwrap();
    }
}

#[cfg(unix)]
#[test]
fn what_the_engine_leaves_is_issued_as_any_table_and_it_sees_nothing_of_the_attester() {
    let town = Town::with([Manner::Silent; 5]);
    let tx = town.world.governance(5, may_attest_itineraries());
    assert_eq!(town.world.submit("/v1/governance", &tx).status, 201);
    stand_in(&town.path("engine"));
    std::fs::write(town.path("asked.csv"), "subscriber,binding\n").unwrap();
    let run = |state| itinerary(&town, &["--engine", "./engine", "--state", state]);
    let said: Value = run("state").json();
    assert_eq!(said["derived"]["rows"]["quarantined"], json!({"future": 1}));
    assert_eq!((&said["rows"], &said["issued"]), (&json!(2), &json!(1)));
    assert_eq!(said["quarantined"][0]["row"], 2);
    assert!(town.path("out/1.attestation.json").exists());
    let refused = run("changed");
    assert!(
        refused
            .refusal()
            .contains("refused to derive: delivery 2020-03-06T0200"),
        "{refused:?}"
    );
}
