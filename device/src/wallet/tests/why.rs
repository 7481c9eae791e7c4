//! Why: clause by clause, for another policy and for another day.

use super::random::{TODAY, few_regions, policy, state};
use super::*;
use crate::client::Encoded;
use crate::wallet::clause::{Looked, findings};
use luyin_circuits::pass::{Occasion, PackedPolicy, Pass, Private};
use luyin_circuits::{NOTE_LEVELS, Path, Statement as _};
use luyin_protocol::attestation::Statement;
use luyin_protocol::field::{Binding, EpochRoot, Scope};
use luyin_protocol::hash::{Tag, hash};
use luyin_protocol::itinerary::Itinerary;
use luyin_protocol::note::{IdentitySecret, Mask, Note, RevocationHandle};
use luyin_protocol::policy::PolicyRef;
use luyin_protocol::region::RegionIndex;
use luyin_protocol::risk::RiskList;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

const CASES: usize = 2_000;
/// The note alone in its tree.
fn place(note: &Note) -> (Path<NOTE_LEVELS>, EpochRoot) {
    let mut current = note.commitment().value();
    let children = std::array::from_fn(|_| {
        let children = [current, 0u64.into(), 0u64.into(), 0u64.into()];
        current = hash(Tag::Tree, &children);
        children
    });
    (Path::new(children), EpochRoot::from_value(current))
}

#[test]
fn why_says_all_met_exactly_where_a_pass_holds_and_else_names_its_first_broken_clause() {
    let mut rng = StdRng::seed_from_u64(6);
    let day = Day::new(TODAY);
    let (mut held, mut broken) = (0, std::collections::BTreeMap::new());
    for case in 0..CASES {
        let mut predicates = policy(&mut rng);
        if case % 4 == 0 {
            // So many that a recent enrolment decides now and then.
            predicates.fresh_normal = rng.gen_range(8..13);
        }
        let (state, itinerary) = (state(&mut rng), few_regions(&mut rng));
        let sk = IdentitySecret::from_value(rng.r#gen::<u64>().into());
        let rh = RevocationHandle::from_value(rng.r#gen::<u64>().into());
        let mut note = Note::first(&sk, rh, state.mask, Day::new(0), state.slot);
        (note.state, note.itinerary) = (state, itinerary);
        let (path, root) = place(&note);
        let list = RiskList {
            version: 1,
            regions: few_regions(&mut rng),
            effective: Timestamp::new(0),
            grace_ms: 0,
        };
        let private = Private { sk, note, path };
        let public = private.public(&Occasion {
            root,
            policy: PackedPolicy::from_value(predicates.pack(day)),
            risk: list.regions,
            day,
            scope: Scope::from_value(7u64.into()),
            binding: Binding::from_value(8u64.into()),
        });
        let looked = Looked {
            state: &state,
            itinerary: &itinerary,
        };
        let found = findings(&predicates, looked, Some(&list), day);
        let first = found.iter().find(|f| !f.met).map(|f| f.evidence.clause());
        let refused = Pass::check(&public, &private).err();
        let named = refused.map(|clause| clause.to_string());
        match (first, &named) {
            (None, None) => held += 1,
            (Some(letter), Some(named)) => {
                let letter_named = format!("5.6.{letter}");
                assert!(named.contains(&letter_named), "{named} {found:?}");
                *broken.entry(letter).or_insert(0) += 1;
            }
            _ => panic!("{named:?} {predicates:?} {state:?} {found:?}"),
        }
    }
    // Every clause has decided, and often enough nothing was wrong.
    let letters: Vec<char> = broken.keys().copied().collect();
    assert_eq!(letters, ['c', 'd', 'e', 'f', 'g', 'h']);
    assert!(held > CASES / 20, "{held} {broken:?}");
}

fn asked(policy: u16, ahead: u16, ledger: &FakeLedger) -> WhyAsked {
    WhyAsked {
        policy: Some(policy),
        day: Some(ledger.now().day().plus(ahead)),
        venue: None,
    }
}

fn why(wallet: &Wallet<MemoryVault>, ledger: &FakeLedger, policy: u16, ahead: u16) -> Precheck {
    let asked = asked(policy, ahead, ledger);
    let mut why = wallet.why(None, &asked, ledger.now()).unwrap();
    assert_eq!(why.day, ledger.now().day().plus(ahead));
    why.policies.pop().unwrap()
}

fn clause<'a>(precheck: &'a Precheck, kind: &str) -> &'a ClauseStanding {
    let is_kind = |c: &&ClauseStanding| {
        serde_json::to_value(&c.evidence).unwrap()["kind"] == serde_json::json!(kind)
    };
    precheck.standing.clauses.iter().find(is_kind).unwrap()
}

#[test]
fn a_pre_check_foresees_what_daily_check_ins_will_bring_and_until_when_it_lasts() {
    let (mut wallet, ledger) = enrolled();
    wallet.sync(&ledger).unwrap();
    assert_eq!(
        why(&wallet, &ledger, 2, 0).admission,
        Admission::AfterCheckIns
    );
    check_in(&mut wallet, &ledger).unwrap();
    ledger.make_epoch();
    let today = ledger.now().day();
    let now = why(&wallet, &ledger, 2, 0);
    assert_eq!(now.admission, Admission::Yes);
    // A lag of two slots: a check-in of this morning counts through tomorrow.
    assert_eq!(clause(&now, "checkin").until, Some(today.plus(2).start()));
    assert_eq!(why(&wallet, &ledger, 2, 1).admission, Admission::Yes);
    let later = why(&wallet, &ledger, 2, 2);
    assert_eq!(later.admission, Admission::AfterCheckIns);
    let missing = clause(&later, "checkin");
    assert_eq!((missing.met, missing.from), (false, Some(today.plus(2))));

    // Two normal days are wanted: tomorrow there will be two, and then there are.
    let strict = why(&wallet, &ledger, 1, 0);
    assert_eq!(strict.admission, Admission::No);
    let days = clause(&strict, "normal_days");
    assert_eq!((days.met, days.from), (false, Some(today.plus(1))));
    assert!(
        days.todo_zh
            .as_ref()
            .unwrap()
            .contains(&today.plus(1).to_iso())
    );
    ledger.set_now(ledger.now().plus_ms(24 * HOUR));
    check_in(&mut wallet, &ledger).unwrap();
    let strict = why(&wallet, &ledger, 1, 0);
    assert!(clause(&strict, "normal_days").met);
    // No check-in brings a test.
    let test = clause(&strict, "test_or_doses");
    assert_eq!((test.met, test.from), (false, None));
    assert!(test.todo_en.as_ref().unwrap().contains("laboratory"));
}

#[test]
fn evidence_names_the_test_and_how_long_it_lasts_and_what_waits_in_the_wallet() {
    let (mut wallet, ledger) = enrolled();
    check_in(&mut wallet, &ledger).unwrap();
    ledger.make_epoch();
    let today = ledger.now().day();
    let card = wallet.nym_card(None, fake::attester(), today).unwrap();
    let negative = ledger.attest(&card, Statement::Test { negative: true });
    wallet.receive(None, negative).unwrap();
    wallet.sync(&ledger).unwrap();
    let waiting = why(&wallet, &ledger, 1, 0);
    let todo = clause(&waiting, "test_or_doses").todo_en.clone().unwrap();
    assert!(todo.contains("not taken in yet"), "{todo}");
    wallet.absorb(None, &ledger, &FakeProver).unwrap();
    let taken = why(&wallet, &ledger, 1, 0);
    let test = clause(&taken, "test_or_doses");
    assert_eq!(
        test.until,
        Some(today.plus(8).start()),
        "seven days after it"
    );
    let value = serde_json::to_value(&test.evidence).unwrap();
    assert_eq!(value["by"], "test");
    assert_eq!(value["test_day"], serde_json::json!(today.to_iso()));
    assert_eq!(test.todo_zh, None);
}

#[test]
fn a_risk_list_that_takes_effect_later_ends_a_clause_at_its_moment() {
    let (mut wallet, ledger) = enrolled();
    let region = RegionIndex::new(5).unwrap();
    let regions = Itinerary::from_regions([region]);
    let card = wallet
        .nym_card(None, fake::attester(), ledger.now().day())
        .unwrap();
    let itinerary = ledger.attest(&card, Statement::Itinerary { regions });
    wallet.receive(None, itinerary).unwrap();
    wallet.absorb(None, &ledger, &FakeProver).unwrap();
    wallet.sync(&ledger).unwrap();
    let effective = ledger.now().plus_ms(5 * HOUR);
    wallet
        .content
        .seen
        .as_mut()
        .unwrap()
        .risk_lists
        .push(Encoded(RiskList {
            version: 2,
            regions,
            effective,
            grace_ms: 0,
        }));
    let free = why(&wallet, &ledger, 2, 0);
    assert_eq!(clause(&free, "regions").until, Some(effective));
    ledger.set_now(effective);
    let barred = why(&wallet, &ledger, 2, 0);
    let visited = clause(&barred, "regions");
    assert!(!visited.met && visited.todo_zh.as_ref().unwrap().contains("更正"));
}

#[test]
fn a_policy_that_is_only_published_can_be_asked_about_and_one_that_never_was_cannot() {
    let (mut wallet, ledger) = enrolled();
    check_in(&mut wallet, &ledger).unwrap();
    ledger.make_epoch();
    wallet.sync(&ledger).unwrap();
    let mut coming = policies::lenient();
    coming.reference = PolicyRef { id: 7, version: 1 };
    coming.effective = ledger.now().plus_ms(72 * HOUR);
    coming.gate_code = true;
    let seen = wallet.content.seen.as_mut().unwrap();
    seen.policies.push(Encoded(coming.clone()));
    // The same number again, stricter from this afternoon on.
    let mut stricter = policies::lenient();
    stricter.reference.version = 2;
    stricter.predicates.min_normal = 9;
    stricter.effective = ledger.now().plus_ms(5 * HOUR);
    seen.policies.push(Encoded(stricter.clone()));
    let future = why(&wallet, &ledger, 7, 0);
    assert_eq!(future.effective, coming.effective);
    assert!(future.gate_code && future.shows_mask && future.paper);
    assert_eq!(future.day, ledger.now().day().plus(3));
    assert_eq!(future.admission, Admission::AfterCheckIns);
    let both = wallet
        .why(None, &asked(2, 0, &ledger), ledger.now())
        .unwrap();
    let admissions: Vec<Admission> = both.policies.iter().map(|p| p.admission).collect();
    assert_eq!(admissions, [Admission::Yes, Admission::No]);
    let [now, then] = both.policies.as_slice() else {
        panic!("{both:?}")
    };
    assert_eq!(clause(now, "normal_days").until, Some(then.effective));
    let all = wallet
        .why(None, &WhyAsked::default(), ledger.now())
        .unwrap();
    assert_eq!(all.policies.len(), 3, "in effect today, each version");
    let refused = |policy, ahead| wallet.why(None, &asked(policy, ahead, &ledger), ledger.now());
    assert!(matches!(
        refused(9, 0),
        Err(WalletError::PolicyNotInEffect(9))
    ));
    assert!(matches!(refused(2, 31), Err(WalletError::OutOfSight(_))));
    let past = WhyAsked {
        day: Some(ledger.now().day().minus(1)),
        ..WhyAsked::default()
    };
    let refused = wallet.why(None, &past, ledger.now());
    assert!(matches!(refused, Err(WalletError::OutOfSight(_))));
}

#[test]
fn why_counts_the_passes_at_hand_for_the_venue_and_asks_who_is_enrolled() {
    let (mut wallet, ledger) = enrolled();
    let now = ledger.now();
    let unseen = wallet.why(None, &WhyAsked::default(), now);
    assert!(matches!(unseen, Err(WalletError::NeverSynced)));
    check_in(&mut wallet, &ledger).unwrap();
    ledger.make_epoch();
    let wanted = WantedPasses {
        policy: Some(2),
        venues: vec![employer()],
        ..WantedPasses::default()
    };
    wallet
        .prove(None, &wanted, &ledger, &FakeProver, |_, _| {})
        .unwrap();
    let at = |venue| {
        let asked = WhyAsked {
            venue: Some(venue),
            ..asked(2, 0, &ledger)
        };
        wallet.why(None, &asked, now).unwrap().policies[0].passes
    };
    assert_eq!((at(employer()), at(fake::attester())), (1, 0));
    wallet.add_person("you", Mask::default(), None).unwrap();
    let nobody = wallet.why(Some("you"), &WhyAsked::default(), now);
    assert!(matches!(nobody, Err(WalletError::NotEnrolled)));
}

#[test]
fn rules_explain_the_published_policy_that_they_come_to_and_no_other() {
    let shipped = include_bytes!("../../../../docs/protocol/rulebook.json");
    let book = crate::rulebook::Rulebook::read(shipped).unwrap();
    let (mut wallet, ledger) = enrolled();
    check_in(&mut wallet, &ledger).unwrap();
    ledger.make_epoch();
    wallet.sync(&ledger).unwrap();
    let publish = |wallet: &mut Wallet<MemoryVault>, policy: &luyin_protocol::policy::Policy| {
        let seen = wallet.content.seen.as_mut().unwrap();
        seen.policies.push(Encoded(policy.clone()));
    };
    let judge = |wallet: &Wallet<MemoryVault>| wallet.judge_by(None, &book, None, ledger.now());
    assert!(matches!(judge(&wallet), Err(WalletError::OtherRules(_))));
    // The same name and number, and one day more.
    let mut laxer = book.policy().clone();
    laxer.predicates.max_test_age = Some(4);
    publish(&mut wallet, &laxer);
    assert!(matches!(judge(&wallet), Err(WalletError::OtherRules(_))));
    publish(&mut wallet, book.policy());
    // The note is given out for a published policy alone, and says the same to who judges it elsewhere.
    let apart = wallet.rule_data(None, book.policy(), None, ledger.now());
    let says = judge(&wallet).unwrap();
    assert_eq!(book.judge(&apart.unwrap()), says);
    laxer.reference.version += 1;
    let strange = wallet.rule_data(None, &laxer, None, ledger.now());
    assert!(matches!(strange, Err(WalletError::OtherRules(_))));
    let met: Vec<bool> = says.iter().map(|rule| rule.met).collect();
    assert_eq!(met, [true, true, false, true]);
    assert_eq!(says[2].rule, "GR-CN-0003");
    assert!(says[2].zh.contains("检测阴性") && says[2].en.contains("negative test"));
}
