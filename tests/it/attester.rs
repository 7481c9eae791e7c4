//! Attestations from a table to the day's tree, and back.

use super::support::town::{Manner, Town};
use serde_json::{Value, json};

#[test]
fn a_table_is_issued_its_garbage_quarantined_and_all_of_it_withdrawn() {
    let town = Town::with([Manner::Silent; 5]);
    let day = town.world.now().day();
    let nym = "07".repeat(32);
    let table = format!(
        "binding,day,value\n{nym},{iso},negative\n{nym},{iso},maybe\nnobody,{iso},negative\n",
        iso = day.to_iso()
    );
    std::fs::write(town.path("results.csv"), table).unwrap();
    let issue = |kind| {
        town.luyin(&[
            "attester",
            "issue",
            "--keystore",
            "attester.keys",
            "--kind",
            kind,
            "--csv",
            "results.csv",
            "--out",
            "results",
        ])
    };
    let said = issue("test").json();
    assert_eq!((&said["rows"], &said["issued"]), (&3.into(), &1.into()));
    assert_eq!(said["quarantined"].as_array().unwrap().len(), 2);
    assert!(town.path("results/1.attestation.json").exists());
    let root = || {
        town.world
            .get(&format!("/v1/attestations/roots?day={day}"))
            .json()
    };
    let first = root();
    assert_eq!(first["size"], 1);

    let said = town.luyin(&[
        "attester",
        "withdraw",
        "--keystore",
        "attester.keys",
        "--issued",
        "results/issued.csv",
        "--reason",
        "mixed-up samples",
    ]);
    assert_eq!(said.json()["withdrawn"], 1);
    let second = root();
    assert!(second["generation"].as_u64() > first["generation"].as_u64());
    assert_ne!(second["root"], first["root"]);

    // It is accredited for tests alone.
    std::fs::write(
        town.path("results.csv"),
        format!("binding,day,value\n{nym},{},2\n", day.to_iso()),
    )
    .unwrap();
    let said = issue("vaccination");
    assert!(said.refusal().contains("not-accredited"), "{said:?}");
}

#[test]
fn an_identifier_is_rotated_and_the_new_key_issues_at_once() {
    let town = Town::with([Manner::Silent; 5]);
    let rotate = town.luyin(&[
        "did",
        "update",
        "--keystore",
        "attester.keys",
        "--key",
        "attester",
        "--rotate",
    ]);
    let controller = rotate.json()["controller"].as_str().unwrap().to_owned();
    let shown = town
        .luyin(&["keystore", "export", "--keystore", "attester.keys"])
        .json();
    assert_eq!(shown[0]["public"], controller);
    assert_eq!(shown[0]["generation"], 2);
    let day = town.world.now().day().to_iso();
    let table = format!("binding,day,value\n{},{day},positive\n", "07".repeat(32));
    std::fs::write(town.path("results.csv"), table).unwrap();
    let said = town.luyin(&[
        "attester",
        "issue",
        "--keystore",
        "attester.keys",
        "--kind",
        "test",
        "--csv",
        "results.csv",
        "--out",
        "results",
    ]);
    assert_eq!(said.json()["issued"], 1);
}

#[test]
fn another_systems_lines_are_issued_once_over_two_runs_and_one_is_taken_back() {
    let town = Town::with([Manner::Silent; 5]);
    let day = town.world.now().day();
    let stream = |lines: &[Value]| {
        let lines: String = lines.iter().map(|line| format!("{line}\n")).collect();
        let args = [
            "attester",
            "stream",
            "--keystore",
            "attester.keys",
            "--kind",
            "test",
            "--journal",
            "lab.journal",
            "--out",
            "handed-out",
        ];
        town.luyin_fed(&args, &lines).lines()
    };
    let line = |id: &str, nym: u8, value: &str| {
        let nym = format!("{nym:02x}").repeat(32);
        json!({ "id": id, "binding": nym, "value": value })
    };
    let size = || {
        let target = format!("/v1/attestations/roots?day={day}");
        town.world.get(&target).json()["size"].clone()
    };
    let (first, second) = (line("S-1", 7, "negative"), line("S-2", 8, "positive"));
    let answers = stream(&[first.clone(), line("S-3", 9, "maybe"), second.clone()]);
    let told = |answers: &[Value], what: &str| {
        let all = answers.iter().map(|answer| answer[what].clone());
        all.collect::<Vec<_>>()
    };
    assert_eq!(told(&answers, "status"), ["issued", "refused", "issued"]);
    assert_eq!(answers[1]["reason"], "row_test");
    assert_eq!(answers[0]["entry"], answers[2]["entry"], "one batch");
    let file = answers[0]["file"].as_str().unwrap();
    assert!(town.path(file).exists());
    assert_eq!(size(), 2);

    let back = json!({ "id": "S-2", "withdraw": "mixed-up samples" });
    let again = stream(&[second, first, back, line("S-1", 7, "positive")]);
    assert_eq!((&again[0], &again[1]), (&answers[2], &answers[0]));
    assert_eq!(again[2]["status"], "withdrawn");
    assert_eq!(again[3]["reason"], "id_reused");
    assert_eq!(size(), 2, "nothing was issued a second time");
}
