//! What a wallet asks of a node when it looks.

use super::*;

/// What a look asks.
fn look(wallet: &mut Wallet<MemoryVault>, ledger: &FakeLedger) -> Vec<String> {
    let before = ledger.asked().len();
    wallet.keep_up(None, ledger).unwrap();
    ledger.asked().split_off(before)
}

fn checked_in() -> (Wallet<MemoryVault>, FakeLedger) {
    let (mut wallet, ledger) = enrolled();
    check_in(&mut wallet, &ledger).unwrap();
    ledger.make_epoch();
    look(&mut wallet, &ledger);
    (wallet, ledger)
}

#[test]
fn a_look_at_which_nothing_is_new_asks_one_question() {
    let (mut wallet, ledger) = checked_in();
    assert_eq!(look(&mut wallet, &ledger), ["news"]);
}

#[test]
fn a_list_is_fetched_when_it_has_changed_and_no_other_with_it() {
    let (mut wallet, ledger) = checked_in();
    ledger.publish_risk(2);
    assert_eq!(look(&mut wallet, &ledger), ["news", "risk-lists"]);
    assert_eq!(look(&mut wallet, &ledger), ["news"]);
}

#[test]
fn a_new_day_brings_its_released_values_and_a_look_at_ones_bucket() {
    let (mut wallet, ledger) = checked_in();
    ledger.set_now(ledger.now().plus_ms(24 * HOUR));
    let asked = look(&mut wallet, &ledger);
    assert_eq!(asked[..2], ["news", "releases"]);
    assert!(asked[2].starts_with("nullifiers "), "{asked:?}");
    assert_eq!(asked.len(), 3);
}

#[test]
fn a_wallet_out_of_a_backup_walks_on_though_it_has_checked_in_today() {
    let (mut wallet, ledger) = checked_in();
    let backup = wallet.backup().unwrap();
    ledger.set_now(ledger.now().plus_ms(4 * HOUR));
    ledger.make_epoch();
    check_in(&mut wallet, &ledger).unwrap();
    ledger.make_epoch();
    let mut old = Wallet::restore(MemoryVault::default(), &backup, &secret(), weak()).unwrap();
    assert_eq!(old.keep_up(None, &ledger).unwrap().steps, 1);
    assert_eq!(look(&mut old, &ledger), ["news"]);
}

#[test]
fn many_small_calls_for_passes_go_by_what_the_look_has_heard() {
    let (mut wallet, ledger) = checked_in();
    let before = ledger.asked().len();
    for walk_in_blocks in 1..3 {
        let wanted = WantedPasses {
            walk_in_blocks,
            ..WantedPasses::default()
        };
        let proved = wallet.prove_by_heard(None, &wanted, &ledger, &FakeProver, |_, _| {});
        assert!(proved.unwrap().made > 0);
    }
    let asked = ledger.asked().split_off(before);
    assert!(
        asked.iter().all(|what| what.starts_with("tile ")),
        "{asked:?}"
    );
}
