//! What a node learns from a wallet's requests.

use super::*;

#[test]
fn a_wallet_asks_for_whole_tiles_and_buckets_and_never_for_its_own() {
    let ledger = FakeLedger::new();
    ledger.crowd(4_500);
    let mut wallet = Wallet::create(
        MemoryVault::default(),
        &secret(),
        weak(),
        ledger.parameters(),
        "http://node".into(),
    )
    .unwrap();
    wallet
        .add_person("me", Mask::new(8, 42).unwrap(), None)
        .unwrap();
    let request = wallet
        .enrol_request(None, Turn::First, ledger.now().day(), &FakeProver)
        .unwrap();
    ledger.enrol(&request);
    wallet.enrol_finish(None, &ledger).unwrap();
    check_in(&mut wallet, &ledger).unwrap();
    let asked = ledger.asked();
    let person = wallet.content().person(None).unwrap();
    let sk = person.secret();
    let own = [
        sk.owner().to_string(),
        ledger.spends()[0].nf.to_string(),
        ledger.spends()[0].cm.to_string(),
    ];
    for question in &asked {
        assert!(
            own.iter().all(|name| !question.contains(&name[..10])),
            "{question}"
        );
    }
    let tiles: Vec<&String> = asked.iter().filter(|a| a.starts_with("tile ")).collect();
    assert!(!tiles.is_empty());
    for tile in tiles {
        // 4,501 notes: a full tile, its root, and the unfinished one whole.
        let whole = ["/forest/notes/0/upper.p/1", "/forest/notes/0/001.p/405"];
        assert!(whole.iter().any(|w| tile.ends_with(w)), "{tile}");
    }
}

#[test]
fn data_that_contradict_the_signed_checkpoint_are_refused() {
    let (mut wallet, ledger) = enrolled();
    // A forest whose tiles do not lead to the root that the checkpoint names.
    ledger.crowd(1);
    ledger.rename_last_epoch();
    assert!(matches!(
        check_in(&mut wallet, &ledger),
        Err(WalletError::Untrusted(_))
    ));
    assert!(ledger.spends().is_empty());
}
