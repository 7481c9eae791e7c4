//! Old backups, other devices, lost memories.

use super::*;

fn half_days(wallet: &mut Wallet<MemoryVault>, ledger: &FakeLedger, count: u64) {
    for _ in 0..count {
        ledger.set_now(ledger.now().plus_ms(12 * HOUR));
        ledger.make_epoch();
        check_in(wallet, ledger).unwrap();
    }
    ledger.make_epoch();
}

#[test]
fn a_backup_five_check_ins_old_walks_to_the_newest_note() {
    let (mut wallet, ledger) = enrolled();
    let backup = wallet.backup().unwrap();
    half_days(&mut wallet, &ledger, 5);
    let mut old = Wallet::restore(MemoryVault::default(), &backup, &secret(), weak()).unwrap();
    assert_eq!(newest_slot(&old), None);
    let walked = old.walk_on(None, &ledger).unwrap();
    assert_eq!((walked.steps, walked.pending), (5, PendingFate::None));
    let notes = [&old, &wallet].map(|w| {
        let person = w.content().person(None).unwrap();
        person.held().unwrap().note(&person.secret())
    });
    assert_eq!(notes[0], notes[1]);
    half_days(&mut old, &ledger, 1);
}

#[test]
fn a_secret_alone_walks_from_its_enrolment() {
    let (mut wallet, ledger) = enrolled();
    half_days(&mut wallet, &ledger, 3);
    wallet.content.persons[0].note = None;
    wallet.save().unwrap();
    let walked = wallet.walk_on(None, &ledger).unwrap();
    assert_eq!(walked.steps, 4);
    assert_eq!(newest_slot(&wallet), Some(ledger.now().slot()));
}

#[test]
fn of_two_devices_one_wins_and_the_other_walks_on() {
    let (wallet, ledger) = enrolled();
    let backup = wallet.backup().unwrap();
    let mut first = wallet;
    let mut second = Wallet::restore(MemoryVault::default(), &backup, &secret(), weak()).unwrap();
    // The second device's check-in arrives after the first has been proved and before it is submitted.
    let (rival_ledger, rival_vault) = (ledger.clone(), second.vault.clone());
    ledger.before_next_submission(move || {
        check_in(&mut second, &rival_ledger).unwrap();
    });
    let other = form("38.0");
    assert!(matches!(
        first.checkin(None, &other, SlotChoice::Current, &ledger, &FakeProver),
        Err(WalletError::Overtaken)
    ));
    assert_eq!(ledger.spends().len(), 1);
    let second = Wallet::open(rival_vault, &secret(), weak()).unwrap();
    let notes = [&first, &second].map(|w| {
        let person = w.content().person(None).unwrap();
        assert!(person.pending.is_none());
        person.held().unwrap().note(&person.secret())
    });
    assert_eq!(notes[0], notes[1]);
    // The loser's opening never became true, so it is not kept.
    assert!(first.content().persons[0].disclosures.is_empty());
    half_days(&mut first, &ledger, 1);
}

#[test]
fn two_devices_that_say_the_same_agree_on_what_they_open() {
    let (mut first, ledger) = enrolled();
    let backup = first.backup().unwrap();
    let mut second = Wallet::restore(MemoryVault::default(), &backup, &secret(), weak()).unwrap();
    let rival_ledger = ledger.clone();
    ledger.before_next_submission(move || {
        check_in(&mut second, &rival_ledger).unwrap();
    });
    assert_eq!(
        check_in(&mut first, &ledger).unwrap(),
        Outcome::AlreadyThere
    );
    let opened = first.content().persons[0].disclosures.last().unwrap();
    assert!(opened.opens(&ledger.disclosure(0)));
}

#[test]
fn a_later_note_of_another_wallet_is_not_taken() {
    let (mut wallet, ledger) = enrolled();
    check_in(&mut wallet, &ledger).unwrap();
    let mut spends = ledger.spends();
    // The node lies: the sealed note is not the one of the commitment.
    spends[0].cm = luyin_protocol::field::NoteCommitment::from_value(1u64.into());
    let backup = wallet.backup().unwrap();
    let mut old = Wallet::restore(MemoryVault::default(), &backup, &secret(), weak()).unwrap();
    old.content.persons[0].note = None;
    let liar = Liar {
        honest: ledger,
        spends,
    };
    assert!(matches!(
        old.walk_on(None, &liar),
        Err(WalletError::Unopenable)
    ));
}

/// Answers as an honest ledger does, but for spends.
struct Liar {
    honest: FakeLedger,
    spends: Vec<crate::client::Spend>,
}

macro_rules! honest {
    ($($name:ident($($arg:ident: $kind:ty),*) -> $out:ty;)*) => { $(
        fn $name(&self, $($arg: $kind),*) -> Result<$out, crate::client::ClientError> { self.honest.$name($($arg),*) }
    )* };
}

impl Ledger for Liar {
    honest! {
        news() -> crate::client::News;
        policies() -> Vec<luyin_protocol::policy::Policy>;
        risk_lists() -> Vec<luyin_protocol::risk::RiskList>;
        notices() -> Vec<crate::client::LiveNotice>;
        appeals(after: u64) -> Vec<crate::client::PublicAppeal>;
        releases(day: Day) -> Vec<luyin_protocol::tx::Release>;
        enrolments(bucket: crate::client::BucketName) -> crate::client::Bucket<crate::client::EnrolledNote>;
        forest_tile(path: &str) -> Vec<u8>;
        attestation_root(day: Day) -> crate::client::AttestationDay;
        submit(tx: &luyin_protocol::tx::Tx) -> crate::client::Receipt;
    }
    fn await_publication(&self) {}
    fn nullifiers(
        &self,
        _: crate::client::BucketName,
    ) -> Result<crate::client::Bucket<crate::client::Spend>, crate::client::ClientError> {
        Ok(crate::client::Bucket {
            bits: 4,
            entries: self.spends.clone(),
        })
    }
}
