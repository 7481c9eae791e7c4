//! A company over fifteen days: enrolment with trustees, check-ins, fevers, a laboratory, an operator's itineraries, a risk
//! list, a notice, passes as QR images at an online and an offline gate, and a regulator that believes nothing.

use super::support::company::{Company, id_number, people};
use super::support::wallets::{form, well};
use super::support::world::{Member, START, genesis, seeded};
use luyin::device::GateDevice;
use luyin_circuits::CircuitName;
use luyin_circuits::groth16::PreparedVk;
use luyin_device::gate::Sharing;
use luyin_device::wallet::{SlotChoice, Symptom, WalletError};
use luyin_keys::manifest::{KeyDirectory, Mode, VkAllowList};
use luyin_keys::sealed::{Passphrase, Secret, Strength};
use luyin_ledger::log::disk::RealDisk;
use luyin_protocol::gate::{Colour, Reason, Verdict};
use std::path::Path;
use std::sync::Arc;

const DAYS: u16 = 15;
/// Who falls ill on day 4, who travelled to the risk region, who is named by the notice.
const FEVERISH: usize = 3;
const TRAVELLER: usize = 5;
const NOTIFIED: usize = 7;
const TESTED: [usize; 4] = [0, 1, 2, FEVERISH];

fn is(verdict: Verdict, colour: Colour, reason: Reason) {
    assert_eq!((verdict.colour(), verdict.reason()), (colour, reason));
}

#[test]
fn a_company_works_for_fifteen_days_and_a_regulator_believes_nothing() {
    let files = tempfile::tempdir().unwrap();
    let mut company = Company::found(files.path());
    company.hire();
    company.next_epoch();
    let mut online = None;
    let mut offline = None;
    for day in 1..=DAYS {
        company.clock(day, 7);
        if day == 9 {
            company.publish_risk(2, &["420100", "JPN"]);
        }
        let exempt = (day >= 12).then_some(NOTIFIED);
        company.check_in(day, exempt, |n| match (n, day) {
            (FEVERISH, 4) => Some(form(384, &[Symptom::Fever, Symptom::DryCough])),
            _ => Some(well()),
        });
        company.clock(day, 8);
        match day {
            1 => {
                let rows = TESTED.map(|n| (n, "negative".to_owned()));
                company.attest("attester", "test", &rows, START.day().plus(day));
                online = Some(company.gate("online-gate"));
                offline = Some(company.gate("offline-gate"));
                let gate = offline.as_mut().unwrap();
                a_pass_is_green_without_a_network_and_its_screenshot_expires(&mut company, gate);
            }
            4 | 5 => {
                let refused = company.prove(FEVERISH).unwrap_err();
                assert!(
                    refused.contains("symptom") || refused.contains("normal"),
                    "{refused}"
                );
                // The afternoon's second reading, for who is watched twice a day.
                company.clock(day, 14);
                company.check_in(day, None, |n| (n == FEVERISH || n == 0).then(well));
                assert!(
                    company.prove(FEVERISH).is_err(),
                    "a fever is not taken back by an afternoon"
                );
            }
            8 => {
                let row = [(TRAVELLER, "420100;110000".to_owned())];
                operator_keystore(&company);
                company.attest("operator", "itinerary", &row, START.day().plus(day));
                company
                    .prove(TRAVELLER)
                    .expect("no region is on the list yet");
            }
            9 => {
                let refused = company.prove(TRAVELLER).unwrap_err();
                assert!(refused.contains("region"), "{refused}");
                company
                    .prove(0)
                    .expect("who stayed at home is not touched by the list");
            }
            11 => {
                company
                    .prove(FEVERISH)
                    .expect("seven days after the fever the window is clear");
            }
            12 => a_notice_turns_one_person_red(&mut company, online.as_mut().unwrap()),
            _ => {}
        }
        if let (Some(gate), 2 | 6 | 10 | 15) = (online.as_mut(), day) {
            a_morning_at_the_gate(&mut company, gate, day);
        }
    }
    let (mut online, mut offline) = (online.unwrap(), offline.unwrap());
    the_regulator_verifies_everything(&mut company, [&mut online, &mut offline]);
    drop((online, offline, company));
    the_log_alone_proves_its_history(files.path());
}

fn a_pass_is_green_without_a_network_and_its_screenshot_expires(
    company: &mut Company,
    gate: &mut GateDevice,
) {
    company.prove(1).unwrap();
    let now = company.world().now();
    let text = company.filmed(1, now);
    is(
        gate.scan(&text, now, Sharing::Offline).unwrap().verdict,
        Colour::Green,
        Reason::ProvedCompareId,
    );
    is(
        gate.scan(&text, now, Sharing::Offline).unwrap().verdict,
        Colour::Red,
        Reason::Replayed,
    );
    let later = now.plus_ms(90_000);
    is(
        gate.scan(&text, later, Sharing::Offline).unwrap().verdict,
        Colour::Red,
        Reason::Expired,
    );
    let days_later = now.plus_ms(14 * 3_600_000);
    is(
        gate.scan(&text, days_later, Sharing::Offline)
            .unwrap()
            .verdict,
        Colour::Grey,
        Reason::BundleExpired,
    );
}

fn a_morning_at_the_gate(company: &mut Company, gate: &mut GateDevice, day: u16) {
    let client = company.gate_client();
    for n in [0, 1, 2] {
        company.prove(n).unwrap();
        gate.update(&client).unwrap();
        let now = company.world().now();
        let text = company.filmed(n, now);
        let scan = gate.scan(&text, now, Sharing::Online(&client)).unwrap();
        assert_eq!(
            scan.verdict.colour(),
            Colour::Green,
            "day {day}, person {n}: {}",
            scan.line()
        );
    }
}

fn a_notice_turns_one_person_red(company: &mut Company, gate: &mut GateDevice) {
    let client = company.gate_client();
    company.prove(NOTIFIED).unwrap();
    gate.update(&client).unwrap();
    let now = company.world().now();
    let text = company.filmed(NOTIFIED, now);
    assert_eq!(
        gate.scan(&text, now, Sharing::Online(&client))
            .unwrap()
            .verdict
            .colour(),
        Colour::Green
    );

    let said = company
        .town
        .notify(&id_number(NOTIFIED), "close-contact", "10");
    assert!(said.success, "{}", said.stderr);
    for said in [company.town.open(), company.town.release("1")] {
        assert!(said.success, "{}", said.stderr);
    }
    gate.update(&client).unwrap();
    let now = company.world().now().plus_ms(60_000);
    company.node.set_clock(now).unwrap();
    let text = company.filmed(NOTIFIED, now);
    is(
        gate.scan(&text, now, Sharing::Online(&client))
            .unwrap()
            .verdict,
        Colour::Red,
        Reason::UnderNotice,
    );
    company.prove(0).unwrap();
    gate.update(&client).unwrap();
    let text = company.filmed(0, now);
    assert_eq!(
        gate.scan(&text, now, Sharing::Online(&client))
            .unwrap()
            .verdict
            .colour(),
        Colour::Green
    );

    // The person is told why, by which clause and until when; the afternoon's check-in is refused.
    let wallet = &mut company.staff[NOTIFIED].wallet;
    wallet.sync(&company.node).unwrap();
    let status = wallet.status(None, Some(1), now).unwrap();
    let told = format!("{status:?}");
    assert!(told.contains("article 39"), "{told}");
    company.clock(12, 13);
    let refused = company.staff[NOTIFIED].wallet.checkin(
        None,
        &well(),
        SlotChoice::Current,
        &company.node,
        company.prover.as_ref(),
    );
    assert!(
        matches!(&refused, Err(error) if !error.is_offline()),
        "{refused:?}"
    );
    assert!(!matches!(refused, Err(WalletError::Overtaken)));
    // Whose day is not released can check in; the daily release goes on from here.
}

fn operator_keystore(company: &Company) {
    use luyin_keys::keystore::{KeyKind, KeyName, KeystoreFile};
    let secret = Secret::Passphrase(Passphrase::new("correct horse battery").unwrap());
    let path = company.town.path("operator.keys");
    let mut rng = rand::rngs::OsRng;
    let file = KeystoreFile::create(&path, secret, Strength::PRODUCTION, &mut rng).unwrap();
    let name = KeyName::new("operator").unwrap();
    file.update(&mut rng, |keys| {
        keys.insert(name, KeyKind::Attester, seeded(150).to_secret(), 0)
    })
    .unwrap();
    luyin::cli::organisation::keep_did(&path, &company.operator).unwrap();
}

fn the_regulator_verifies_everything(company: &mut Company, gates: [&mut GateDevice; 2]) {
    let client = company.gate_client();
    for gate in gates {
        gate.upload(&client, &Member::Gate.key(), |_| {}).unwrap();
    }
    let read = |verb: &[&str]| {
        let args = [
            &["audit"],
            verb,
            &["--keystore", "regulator.keys", "--key", "regulator"],
        ]
        .concat();
        company.town.luyin(&args).json()
    };
    let found = &read(&["verify-local"])["findings"];
    let checked = &found["checked"];
    assert!(checked.as_u64().is_some_and(|n| n >= 16), "{found}");
    for list in ["rejected", "disputed"] {
        assert!(
            found[list].as_array().is_some_and(Vec::is_empty),
            "{list}: {found}"
        );
    }
    let actions = read(&["actions"]).to_string();
    assert!(
        actions.contains("article 39") && actions.contains("risk_list"),
        "{actions}"
    );
}

/// On an empty directory with nothing but the files of the log.
fn the_log_alone_proves_its_history(data: &Path) {
    let copy = tempfile::tempdir().unwrap();
    copy_dir(&data.join("chain"), &copy.path().join("chain"));
    let disk = Arc::new(RealDisk::new(copy.path().join("chain")).unwrap());
    let directory = KeyDirectory::open(
        super::support::keys::directory(),
        Mode::Development,
        VkAllowList::default(),
    )
    .unwrap();
    let key = |name: CircuitName| {
        PreparedVk::new(name, &directory.verifying_key(name.as_str()).unwrap()).unwrap()
    };
    let judge = luyin::node::judge::Judge::new(luyin::node::judge::Keys {
        enrol: key(CircuitName::Enrol),
        checkin: key(CircuitName::Checkin),
        absorb: key(CircuitName::Absorb),
        pass: key(CircuitName::Pass),
    });
    let verified = luyin_ledger::chain::verify_log(disk, genesis(), &judge, |_| {}).unwrap();
    assert!(verified.head.size() > u64::from(DAYS) * people() as u64);
    assert_eq!(verified.signed, verified.head.size());
}

fn copy_dir(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_dir(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
