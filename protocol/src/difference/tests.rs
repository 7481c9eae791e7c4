use super::*;
use crate::itinerary::Itinerary;
use crate::policy::DEFAULT_GRACE_MS;
use crate::policy::tests::sample;

fn next(change: impl Fn(&mut Policy)) -> PolicyDifference {
    let before = sample();
    let mut after = before.clone();
    after.reference.version += 1;
    after.effective = before.effective.plus_ms(DEFAULT_GRACE_MS.into());
    change(&mut after);
    of_policies(&before, &after)
}

fn ways(difference: &PolicyDifference) -> Vec<(Tightened, Way)> {
    let clauses = difference.clauses.iter();
    clauses.map(|one| (one.clause, one.way)).collect()
}

#[test]
fn a_version_that_changes_nothing_differs_by_its_moment_alone() {
    let same = next(|_| ());
    assert_eq!(same.clauses, []);
    assert_eq!(same.renamed, None);
    assert_eq!((same.dates.before, same.dates.after), (1, 2));
    assert!(same.dates.effective > same.dates.effective_before);
}

#[test]
fn each_clause_says_whether_it_asks_more_or_less_and_what_in_both_languages() {
    let stricter = next(|p| p.thresholds.fever = 372);
    assert_eq!(ways(&stricter), [(Tightened::Fever, Way::Tightened)]);
    let fever = &stricter.clauses[0];
    assert_eq!(
        (fever.before.en.as_str(), fever.after.en.as_str()),
        ("37.3 degrees", "37.2 degrees")
    );
    assert_eq!(fever.after.zh, "37.2 度");
    let looser = next(|p| {
        p.predicates.max_itinerary_age = None;
        p.predicates.slot_lag += 1;
    });
    assert_eq!(
        ways(&looser),
        [
            (Tightened::SlotLag, Way::Loosened),
            (Tightened::Itinerary, Way::Loosened)
        ]
    );
    assert_eq!(looser.clauses[1].after.en, "not demanded");
}

#[test]
fn a_clause_that_takes_from_some_and_gives_to_others_is_called_neither() {
    let mut before = sample();
    before.predicates.window_b = 0b0011;
    let mut after = before.clone();
    after.predicates.window_b = 0b0110;
    let found = of_policies(&before, &after);
    assert_eq!(ways(&found), [(Tightened::ClearDays, Way::Otherwise)]);
    let clear = &found.clauses[0];
    assert_eq!(clear.before.en, "2 days (0-1)");
    assert_eq!(clear.after.zh, "2 天（1-2）");
}

#[test]
fn whatever_is_tightened_is_told_as_no_loosening() {
    let mut before = sample();
    before.predicates.show_mask = false;
    let mut after = before.clone();
    after.reference.version += 1;
    after.predicates.show_mask = true;
    after.paper = false;
    after.gate_code = true;
    after.predicates.min_normal += 1;
    after.grace_ms = 0;
    let found = of_policies(&before, &after);
    let told: Vec<_> = found.clauses.iter().map(|one| one.clause).collect();
    let tighter = of_policy(Some(&before), &after).into_iter();
    let tighter: Vec<_> = tighter.filter(|one| *one != Tightened::Grace).collect();
    assert_eq!(told, tighter);
    assert!(found.clauses.iter().all(|one| one.way == Way::Tightened));
    assert!(found.dates.hurried);
    let renamed = next(|p| p.name_en.push('!'));
    assert_eq!(renamed.renamed.unwrap().en, sample().name_en);
}

#[test]
fn a_list_names_the_regions_that_it_adds_and_drops() {
    let table = RegionTable::embedded();
    let index = |code: &str| table.by_code(code.parse().unwrap()).unwrap().index();
    let list = |version: u32, codes: &[&str]| RiskList {
        version,
        regions: Itinerary::from_regions(codes.iter().map(|code| index(code))),
        effective: Timestamp::new(u64::from(version) * 10_000_000),
        grace_ms: DEFAULT_GRACE_MS,
    };
    let found = of_lists(
        &list(1, &["420100", "110000"]),
        &list(2, &["110000", "JPN"]),
    );
    let codes = |regions: &[ListedRegion]| -> Vec<String> {
        regions.iter().map(|region| region.code.clone()).collect()
    };
    assert_eq!(codes(&found.added), ["JPN"]);
    assert_eq!(codes(&found.dropped), ["420100"]);
    assert_eq!(found.kept, 1);
    assert!(found.dropped[0].name.zh.contains("武汉"));
    assert!(!found.dates.hurried);
}

#[test]
fn sets_are_written_as_runs() {
    assert_eq!(words::bits(0), "-");
    assert_eq!(words::bits(0b1011), "0-1 3");
    assert_eq!(words::bits(u32::MAX), "0-31");
}
