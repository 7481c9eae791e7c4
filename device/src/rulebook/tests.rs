use super::vocabulary::ALL_DAYS;
use super::*;
use crate::wallet::tests::random::{TODAY, few_regions, policy, state};
use luyin_protocol::note::{HISTORY_DAYS, NoteState};
use luyin_protocol::policy::Predicates;
use luyin_protocol::risk::RiskList;
use luyin_protocol::time::Day;
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;
use rand::{Rng as _, SeedableRng as _};
use serde_json::json;

fn day() -> Day {
    Day::new(TODAY)
}

fn var(path: &str) -> Json {
    json!({ "var": path })
}

/// A rule as it is published.
fn rule(number: usize, logic: &Json) -> Json {
    let read = luyin_certificates::certlogic::Expression::read(logic);
    let reads = read.map(|e| e.reads()).unwrap_or_default();
    let fields: Vec<&str> = reads
        .iter()
        .filter_map(|p| p.strip_prefix("payload."))
        .collect();
    json!({
        "Identifier": format!("GR-CN-{number:04}"), "Type": "Acceptance", "Country": "CN", "Version": "1.0.0",
        "SchemaVersion": "1.0.0", "Engine": "CERTLOGIC", "EngineVersion": "1.3.2", "CertificateType": "General",
        "Description": [
            { "lang": "zh", "desc": format!("第 {number} 条") },
            { "lang": "en", "desc": format!("Rule {number}") },
        ],
        "ValidFrom": "2020-01-01T00:00:00Z", "ValidTo": "2040-01-01T00:00:00Z",
        "AffectedFields": fields, "Logic": logic,
    })
}

fn document(rules: &[Json], show_mask: bool) -> Json {
    json!({
        "policy": {
            "id": 4, "version": 1, "name_zh": "会议", "name_en": "Conference",
            "effective": 1_700_000_000_000_u64, "grace_ms": 7_200_000,
            "thresholds": { "fever": 373, "symptom_mask": 65_535, "contact_mask": 255 },
            "show_mask": show_mask, "paper": false, "gate_code": false,
        },
        "rules": rules,
    })
}

fn read(document: &Json) -> Result<Rulebook, RulebookRefusal> {
    Rulebook::read(&serde_json::to_vec(document).unwrap())
}

fn of_rules(logics: &[Json]) -> Result<Rulebook, RulebookRefusal> {
    let rules: Vec<Json> = (1..).zip(logics).map(|(n, logic)| rule(n, logic)).collect();
    read(&document(&rules, false))
}

/// What a pass under the policy would say of the note.
fn pass_says(policy: &Predicates, state: &NoteState, list: &RiskList, visited: &Itinerary) -> bool {
    crate::wallet::tests::random::meets(policy, state, visited, list, day())
}

use luyin_protocol::itinerary::Itinerary;

fn list(rng: &mut StdRng) -> RiskList {
    RiskList {
        version: 1,
        regions: few_regions(rng),
        effective: Timestamp::new(0),
        grace_ms: 0,
    }
}

/// A moment some hours after a variable's.
fn at(path: &str, hours: i64, rng: &mut StdRng) -> Json {
    if hours % 24 == 0 && rng.r#gen() {
        json!({ "plusTime": [var(path), hours / 24, "day"] })
    } else {
        json!({ "plusTime": [var(path), hours, "hour"] })
    }
}

/// The value is at most so many hours before the day, in one of many spellings.
fn within(path: &str, hours: i64, rng: &mut StdRng) -> Json {
    let shift = rng.gen_range(-50..50);
    let late = at(path, shift, rng);
    let early = at("external.day", shift - hours, rng);
    let just_before = at("external.day", shift - hours - 1, rng);
    match rng.gen_range(0..5) {
        0 => json!({ "not-before": [late, early] }),
        1 => json!({ "not-after": [early, late] }),
        2 => json!({ "!": [{ "before": [late, early] }] }),
        3 => json!({ "!": [{ "after": [early, late] }] }),
        _ => json!({ "after": [late, just_before] }),
    }
}

fn at_least(count: Json, least: i64, rng: &mut StdRng) -> Json {
    match rng.gen_range(0..6) {
        0 => json!({ ">=": [count, least] }),
        1 => json!({ "<=": [least, count] }),
        2 => json!({ ">": [count, least - 1] }),
        3 => json!({ "!": [{ "<": [count, least] }] }),
        4 => json!({ ">=": [{ "+": [count, 5] }, least + 5] }),
        _ => json!({ "if": [{ ">=": [count, least] }, true, false] }),
    }
}

/// The days of a window, summed.
fn counted(kind: &str, window: u16, rng: &mut StdRng) -> Json {
    let newest = (1..=HISTORY_DAYS).find(|days| window == ALL_DAYS >> (HISTORY_DAYS - days));
    if let Some(days) = newest.filter(|_| rng.r#gen()) {
        return var(&format!("payload.{kind}Days.{days}"));
    }
    let mut days: Vec<usize> = (0..HISTORY_DAYS).filter(|i| window >> i & 1 == 1).collect();
    days.shuffle(rng);
    let mut terms = days
        .into_iter()
        .map(|i| var(&format!("payload.history.{i}.{kind}")));
    let first = terms.next().unwrap_or(json!(0));
    terms.fold(first, |sum, one| json!({ "+": [sum, one] }))
}

fn either(one: Json, other: Json, rng: &mut StdRng) -> Json {
    match rng.gen_range(0..3) {
        0 => json!({ "if": [one, true, other] }),
        1 => json!({ "!": [{ "and": [{ "!": [one] }, { "!": [other] }] }] }),
        _ => json!({ "if": [{ "!": [other] }, one, true] }),
    }
}

/// The predicates as expressions, in some order and some spelling.
fn written(policy: &Predicates, rng: &mut StdRng) -> Vec<Json> {
    let mut all = vec![within(
        "payload.checkin.newest",
        i64::from(policy.slot_lag) * 12,
        rng,
    )];
    if policy.min_normal > 0 {
        let days = counted("normal", policy.window_a, rng);
        all.push(at_least(days, policy.min_normal.into(), rng));
    }
    if policy.window_b > 0 {
        let days = counted("unwell", policy.window_b, rng);
        all.push(match rng.gen_range(0..3) {
            0 => json!({ "===": [days, 0] }),
            1 => json!({ "<": [days, 1] }),
            _ => json!({ "!": [at_least(days, 1, rng)] }),
        });
    }
    let test = policy.max_test_age.map(|age| {
        let recent = within("payload.test.day", i64::from(age) * 24, rng);
        let negative = if rng.r#gen() {
            var("payload.test.negative")
        } else {
            json!({ "===": [true, var("payload.test.negative")] })
        };
        json!({ "and": [negative, recent] })
    });
    let doses = policy
        .min_doses
        .map(|least| at_least(var("payload.doses.count"), least.into(), rng));
    match (test, doses) {
        (Some(test), Some(doses)) => all.push(either(test, doses, rng)),
        (test, doses) => all.extend(test.or(doses)),
    }
    let aged = [
        ("payload.reading.day", policy.max_reading_age),
        ("payload.itinerary.day", policy.max_itinerary_age),
    ];
    for (path, age) in aged {
        all.extend(age.map(|age| within(path, i64::from(age) * 24, rng)));
    }
    if policy.fresh_normal > 0 {
        let recent = within(
            "payload.enrolment.day",
            i64::from(policy.fresh_horizon) * 24,
            rng,
        );
        let days = counted("normal", ALL_DAYS, rng);
        let enough = at_least(days, policy.fresh_normal.into(), rng);
        all.push(if rng.r#gen() {
            json!({ "if": [recent, enough, true] })
        } else {
            either(json!({ "!": [recent] }), enough, rng)
        });
    }
    all.shuffle(rng);
    all
}

/// What says nothing is left out.
fn plain(policy: &Predicates) -> Predicates {
    let mut plain = policy.clone();
    if plain.min_normal == 0 {
        plain.window_a = 0;
    }
    if plain.fresh_normal == 0 {
        plain.fresh_horizon = 0;
    }
    plain.show_mask = false;
    plain
}

#[test]
fn any_policy_can_be_written_as_rules_in_any_spelling_and_they_judge_every_note_as_its_pass_does() {
    let mut rng = StdRng::seed_from_u64(4);
    let (mut fulfilled, mut cases) = (0, 0);
    for _ in 0..300 {
        let policy = policy(&mut rng);
        let mut logics = written(&policy, &mut rng);
        // All in one rule, or one for each.
        if rng.r#gen() && logics.len() > 1 {
            logics = vec![json!({ "and": logics })];
        }
        let book = of_rules(&logics).unwrap_or_else(|why| panic!("{why}\n{logics:?}\n{policy:?}"));
        let compiled = &book.policy().predicates;
        // A demand of more in one window may follow from the days after a new enrolment, and the other way round.
        let same = *compiled == plain(&policy);
        let follows = policy.min_normal >= policy.fresh_normal;
        assert!(same || follows, "{policy:?}\n{compiled:?}\n{logics:?}");
        for _ in 0..20 {
            let (note, visited) = (state(&mut rng), Itinerary::default());
            let list = list(&mut rng);
            let says = book.judge(&data(&note, &visited, Some(&list), day()));
            let rules_say = says.iter().all(|rule| rule.met);
            assert_eq!(
                rules_say,
                pass_says(&policy, &note, &list, &visited),
                "{policy:?} {note:?}"
            );
            (cases, fulfilled) = (cases + 1, fulfilled + usize::from(rules_say));
        }
    }
    assert!(fulfilled > cases / 50, "{fulfilled} of {cases}");
}

/// Any condition over the vocabulary.
fn anything(depth: u32, rng: &mut StdRng) -> Json {
    let paths = [
        "checkin.newest",
        "test.day",
        "reading.day",
        "itinerary.day",
        "enrolment.day",
    ];
    if depth == 0 || rng.gen_range(0..5) == 0 {
        return match rng.gen_range(0..8) {
            0 => json!(rng.r#gen::<bool>()),
            1 | 2 => var("payload.test.negative"),
            3 => at_least(var("payload.doses.count"), rng.gen_range(-1..4), rng),
            4 => {
                let window = rng.gen_range(0..1 << 14) & if rng.r#gen() { ALL_DAYS } else { 7 };
                let kind = ["normal", "unwell"][rng.gen_range(0..2)];
                let days = counted(kind, window, rng);
                at_least(days, rng.gen_range(-1..4), rng)
            }
            5 => {
                let days = rng.gen_range(1..=14);
                json!({ "===": [var(&format!("payload.unwellDays.{days}")), 0] })
            }
            _ => {
                let path = format!("payload.{}", paths[rng.gen_range(0..5)]);
                within(&path, rng.gen_range(-30..200), rng)
            }
        };
    }
    let mut below = || anything(depth - 1, rng);
    let three = [below(), below(), below()];
    let [one, other, third] = three;
    match rng.gen_range(0..6) {
        0..=2 => json!({ "and": [one, other] }),
        3 => json!({ "!": [one] }),
        4 => json!({ "if": [one, other, third] }),
        _ => json!({ "===": [one, other] }),
    }
}

#[test]
fn whatever_is_taken_judges_every_note_as_its_pass_does() {
    let mut rng = StdRng::seed_from_u64(44);
    let (mut taken, mut met) = (0, 0);
    for _ in 0..6_000 {
        let recent = within(
            "payload.checkin.newest",
            12 * rng.gen_range(0..29),
            &mut rng,
        );
        let logics = [recent, anything(3, &mut rng)];
        let Ok(book) = of_rules(&logics) else {
            continue;
        };
        taken += 1;
        for _ in 0..10 {
            let (note, visited) = (state(&mut rng), Itinerary::default());
            let list = list(&mut rng);
            let says = book.judge(&data(&note, &visited, Some(&list), day()));
            let rules_say = says.iter().all(|rule| rule.met);
            let policy = &book.policy().predicates;
            let pass_says = pass_says(policy, &note, &list, &visited);
            assert_eq!(rules_say, pass_says, "{logics:?}\n{policy:?}\n{note:?}");
            met += usize::from(rules_say);
        }
    }
    assert!(taken > 300 && met > 300, "{taken} {met}");
}

/// With a recent check-in beside it, so that nothing else is missing.
fn why(logic: &Json) -> Why {
    let recent = json!({ "not-before": [
        { "plusTime": [var("payload.checkin.newest"), 0, "hour"] },
        { "plusTime": [var("external.day"), -12, "hour"] },
    ] });
    match of_rules(&[recent, logic.clone()]) {
        Err(RulebookRefusal::Expression { rule, why, .. }) => {
            assert_eq!(rule, "GR-CN-0002");
            why
        }
        Err(RulebookRefusal::Together { why, .. }) => why,
        other => panic!("{other:?} {logic}"),
    }
}

#[test]
fn what_no_pass_can_prove_is_refused_with_its_reason() {
    let mut rng = StdRng::seed_from_u64(1);
    let doses = |least: i64| json!({ ">=": [var("payload.doses.count"), least] });
    let normal = |days: u16, least: i64| json!({ ">=": [var(&format!("payload.normalDays.{days}")), least] });
    let mut recent = |path: &str, days: i64| within(path, days * 24, &mut rng);
    let test = recent("payload.test.day", 3);
    let negative = var("payload.test.negative");
    let moment = |path: &str, n: i64, unit: &str| json!({ "plusTime": [var(path), n, unit] });
    let long_ago = json!({ "not-before": [
        moment("payload.enrolment.day", 5_000, "day"), moment("external.day", -5_001, "day"),
    ] });
    let cases = [
        (json!({ "in": [1, [1, 2]] }), Why::Operation),
        (json!({ "reduce": [[1], true, true] }), Why::Operation),
        (
            json!({ ">": [var("payload.temperature"), 1] }),
            Why::Variable,
        ),
        (
            json!({ ">": [var("payload.normalDays.15"), 1] }),
            Why::Variable,
        ),
        (
            json!({ ">": [var("payload.normalDays.03"), 1] }),
            Why::Variable,
        ),
        (
            json!({ "and": [var("payload.doses.count"), true] }),
            Why::NotACondition,
        ),
        (json!("yes"), Why::NotACondition),
        (json!({ ">": [negative, 1] }), Why::NotANumber),
        (
            json!({ ">": [var("payload.doses.count"), 2_000_000] }),
            Why::OutOfRange,
        ),
        (
            json!({ "before": [var("payload.test.day"), moment("external.day", 0, "day")] }),
            Why::NotAMoment,
        ),
        (
            json!({ "after": [moment("payload.test.day", 0, "day"), moment("external.day", -1, "month")] }),
            Why::NotAMoment,
        ),
        (
            json!({ "after": [moment("payload.test.day", 0, "day"), { "plusTime": ["2022-01-01", 0, "day"] }] }),
            Why::NotAMoment,
        ),
        (
            json!({ "after": [moment("payload.test.day", 0, "day"), moment("external.day", 20_000, "day")] }),
            Why::OutOfRange,
        ),
        (
            json!({ "after": [moment("payload.test.day", 0, "day"), moment("payload.reading.day", 0, "day")] }),
            Why::TwoDays,
        ),
        (
            json!({ ">": [{ "+": [var("payload.normalDays.3"), var("payload.history.0.normal")] }, 1] }),
            Why::Mixture,
        ),
        (
            json!({ ">": [{ "+": [var("payload.normalDays.3"), var("payload.doses.count")] }, 1] }),
            Why::Mixture,
        ),
        (
            json!({ "and": [doses(2), { "!": [doses(1)] }] }),
            Why::Never,
        ),
        (normal(3, 4), Why::Never),
        (json!({ "!": [doses(2)] }), Why::WrongSide),
        (
            json!({ "!": [recent("payload.reading.day", 2)] }),
            Why::WrongSide,
        ),
        (
            json!({ "<": [var("payload.unwellDays.14"), 2] }),
            Why::SomeUnwell,
        ),
        (
            json!({ ">": [var("payload.unwellDays.14"), 0] }),
            Why::SomeUnwell,
        ),
        (
            json!({ "and": [normal(3, 2), normal(7, 5)] }),
            Why::TwoWindows,
        ),
        (
            json!({ "if": [doses(2), true, normal(7, 5)] }),
            Why::Alternatives,
        ),
        (
            json!({ "if": [recent("payload.enrolment.day", 9), normal(7, 5), true] }),
            Why::Alternatives,
        ),
        (test.clone(), Why::AnyTest),
        (
            json!({ "and": [negative, { "if": [test, true, doses(2)] }] }),
            Why::AnyTest,
        ),
        (json!({ "and": [negative, test, doses(2)] }), Why::Both),
        (recent("payload.reading.day", -1), Why::TooFar),
        (
            json!({ "if": [long_ago, normal(14, 5), true] }),
            Why::TooFar,
        ),
    ];
    for (logic, wanted) in cases {
        assert_eq!(why(&logic), wanted, "{logic}");
    }
    let unsaid = of_rules(&[doses(2)]).unwrap_err();
    let RulebookRefusal::Together { why, .. } = unsaid else {
        panic!("{unsaid}");
    };
    assert_eq!(why, Why::NoCheckin);
}

#[test]
fn many_alternatives_are_refused_before_they_take_long() {
    let one = |i: usize| json!({ "if": [var("payload.test.negative"), { ">=": [var(&format!("payload.history.{}.normal", i % 14)), 1] }, { ">=": [var("payload.doses.count"), 1 + i % 15] }] });
    let mut deep = var("payload.test.negative");
    for i in 0..20 {
        deep = json!({ "===": [deep, one(i)] });
    }
    assert_eq!(why(&deep), Why::TooEntangled);
    let mut doubling = one(0);
    for i in 0..20 {
        doubling = json!({ "if": [doubling, one(i), one(i + 3)] });
    }
    assert_eq!(why(&doubling), Why::TooEntangled);
}

#[test]
fn a_document_is_refused_with_what_is_wrong_with_it() {
    let recent = |n| {
        let late = json!({ "plusTime": [var("payload.checkin.newest"), 0, "hour"] });
        let early = json!({ "plusTime": [var("external.day"), -12, "hour"] });
        rule(n, &json!({ "not-before": [late, early] }))
    };
    let one = document(&[recent(1)], true);
    let book = read(&one).unwrap();
    assert_eq!(
        (
            book.policy().reference.id,
            book.policy().predicates.slot_lag
        ),
        (4, 1)
    );
    assert!(book.policy().predicates.show_mask);

    let unfit = |change: fn(&mut Json)| {
        let mut changed = one.clone();
        change(&mut changed["rules"][0]);
        match read(&changed) {
            Err(RulebookRefusal::Unfit { rule, why }) => {
                assert!(rule.ends_with("CN-0001"), "{rule}");
                why
            }
            other => panic!("{other:?}"),
        }
    };
    let silent = |r: &mut Json| r["Description"] = json!([{ "lang": "en", "desc": "only" }]);
    assert_eq!(unfit(silent), Unfit::Silent("zh"));
    let late = |r: &mut Json| r["ValidFrom"] = json!("2030-01-01T00:00:00Z");
    assert_eq!(unfit(late), Unfit::Validity);
    let undeclared = |r: &mut Json| r["AffectedFields"] = json!([]);
    assert_eq!(
        unfit(undeclared),
        Unfit::Undeclared("checkin.newest".into())
    );
    let of_tests = |r: &mut Json| {
        r["Identifier"] = json!("TR-CN-0001");
        r["CertificateType"] = json!("Test");
    };
    assert_eq!(unfit(of_tests), Unfit::Scope);
    let takes_back = |r: &mut Json| {
        r["Identifier"] = json!("IR-CN-0001");
        r["Type"] = json!("Invalidation");
    };
    assert_eq!(unfit(takes_back), Unfit::Type);

    let refused = |rules: &[Json]| read(&document(rules, false)).unwrap_err();
    let twice = refused(&[recent(1), recent(1)]);
    assert!(matches!(
        twice,
        RulebookRefusal::Unfit {
            why: Unfit::NamedTwice,
            ..
        }
    ));
    assert!(matches!(refused(&[]), RulebookRefusal::Count(_)));
    let many: Vec<Json> = (0..33).map(recent).collect();
    assert!(matches!(refused(&many), RulebookRefusal::Count(_)));
    let mut ill = recent(2);
    ill["Logic"] = json!({ "or": [true, false] });
    assert!(matches!(
        refused(&[recent(1), ill]),
        RulebookRefusal::Rule { at: 2, .. }
    ));
    let mut feverish = one.clone();
    feverish["policy"]["thresholds"]["fever"] = json!(299);
    assert!(matches!(read(&feverish), Err(RulebookRefusal::Policy(_))));
    let mut more = one.clone();
    more["policy"]["colour"] = json!("green");
    assert!(matches!(read(&more), Err(RulebookRefusal::Form(_))));
    let long = vec![b' '; MAX_RULEBOOK + 1];
    assert!(matches!(
        Rulebook::read(&long),
        Err(RulebookRefusal::Size(_))
    ));
}

#[test]
fn altered_documents_are_taken_or_refused_and_nothing_else() {
    let mut rng = StdRng::seed_from_u64(9);
    let policy = policy(&mut rng);
    let rules: Vec<Json> = (1..)
        .zip(written(&policy, &mut rng))
        .map(|(n, l)| rule(n, &l))
        .collect();
    let bytes = serde_json::to_vec(&document(&rules, false)).unwrap();
    let mut taken = 0;
    for _ in 0..3_000 {
        let mut altered = bytes.clone();
        for _ in 0..rng.gen_range(1..4) {
            let at = rng.gen_range(0..altered.len());
            altered[at] = b"0123456789{}[]\",:-.eE!"[rng.gen_range(0..22)];
        }
        taken += usize::from(Rulebook::read(&altered).is_ok());
    }
    assert!(taken > 0);
    let deep = format!("{}{}", "[".repeat(30_000), "]".repeat(30_000));
    assert!(Rulebook::read(deep.as_bytes()).is_err());
}
