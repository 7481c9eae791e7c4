//! What each wallet command does.

use std::path::{Path, PathBuf};

use luyin_protocol::did::Did;
use luyin_protocol::note::Mask;
use luyin_protocol::time::{Day, Timestamp};
use serde_json::json;

use super::{CheckinArgs, Opened, WalletArgs, WalletCommandError, file_error, read, write};
use crate::cli::authority::class_in_words;
use crate::cli::say::Say;
use crate::client::NodeClient;
use luyin_device::enrolment::{Surname, surname_of};
use luyin_device::wallet::{
    Contact, Disclosed, Form, HeldAttestation, Outcome, SlotChoice, Symptom, Turn, Wallet,
    WalletColour, WalletError, WantedPasses,
};
use luyin_keys::sealed::Strength;

type Done = Result<(), WalletCommandError>;

pub(super) fn new(args: &WalletArgs, say: Say) -> Done {
    let address = args
        .node
        .clone()
        .unwrap_or_else(|| "http://127.0.0.1:8080".to_owned());
    let vault = args.vault()?;
    if args.wallet.exists() {
        return Err(WalletError::AlreadyThere.into());
    }
    let parameters = NodeClient::new(&address)?.parameters()?;
    let secret = args.passphrase.new_one()?;
    let wallet = Wallet::create(vault, &secret, Strength::PRODUCTION, parameters, address)?;
    let path = &args.wallet;
    say.outcome(
        &json!({ "wallet": path, "network": wallet.network() }),
        || {
            format!(
                "{} is ready; add people with `luyin wallet add-person`",
                path.display()
            )
        },
    );
    Ok(())
}

pub(super) fn add_person(
    args: &WalletArgs,
    label: &str,
    name: &str,
    digits: u8,
    employer: Option<Did>,
    say: Say,
) -> Done {
    let surname = Surname::of_name(name);
    let mask = Mask::new(surname.index(), digits).map_err(|_| WalletCommandError::Digits)?;
    let mut opened = args.open()?;
    opened.wallet.add_person(label, mask, employer)?;
    let shown = surname_of(surname.index().into()).unwrap_or("-");
    say.outcome(
        &json!({ "person": label, "surname": shown, "digits": digits }),
        || format!("{label} added: {shown} **{digits:02}; next `luyin wallet enrol-request`"),
    );
    Ok(())
}

pub(super) fn enrol_request(args: &WalletArgs, out: &Path, again: bool, say: Say) -> Done {
    let mut opened = args.open()?;
    let client = opened.client()?;
    let prover = opened.prover(&client, say)?;
    let turn = if again { Turn::Again } else { Turn::First };
    let today = opened.now_online()?.day();
    let request = opened
        .wallet
        .begin_enrolment(args.person(), turn, today, &client, &prover)?;
    let bytes = request
        .to_json()
        .map_err(|error| WalletCommandError::Unreadable {
            path: out.to_owned(),
            reason: error.to_string(),
        })?;
    write(out, &bytes)?;
    say.outcome(&json!({ "request": out, "owner": request.owner }), || {
        format!(
            "{} is for the registrar; bring your ID. Then `luyin wallet enrol-finish`",
            out.display()
        )
    });
    Ok(())
}

pub(super) fn enrol_finish(args: &WalletArgs, say: Say) -> Done {
    let mut opened = args.open()?;
    let client = opened.client()?;
    opened.wallet.enrol_finish(args.person(), &client)?;
    opened.wallet.sync(&client)?;
    say.outcome(&json!({ "enrolled": true }), || {
        "enrolled; check in daily with `luyin wallet checkin`".into()
    });
    Ok(())
}

impl CheckinArgs {
    fn form(&self, opened: &Opened) -> Result<Form, WalletCommandError> {
        if !self.confirm {
            return Err(WalletError::NotConfirmed.into());
        }
        if self.same_as_yesterday {
            let person = opened.wallet.content().person(self.wallet.person())?;
            return Ok(person
                .last_form
                .clone()
                .ok_or(WalletError::NothingToRepeat)?);
        }
        let parsed = || -> Result<Form, luyin_device::wallet::AnswerError> {
            Ok(Form {
                temperature: self.temperature.as_deref().unwrap_or_default().parse()?,
                symptoms: Symptom::parse_list(&self.symptoms)?,
                contacts: Contact::parse_list(&self.contacts)?,
            })
        };
        Ok(parsed().map_err(WalletError::from)?)
    }
}

pub(super) fn checkin(args: &CheckinArgs, say: Say) -> Done {
    let mut opened = args.wallet.open()?;
    let form = args.form(&opened)?;
    let client = opened.client()?;
    let label = args.wallet.person();
    if let Some(employer) = args.employer {
        opened.wallet.set_employer(label, employer)?;
    }
    if let Some(slot) = args.late {
        let employer = opened.wallet.content().person(label)?.employer;
        let employer = employer.ok_or(WalletCommandError::NoEmployer)?;
        let now = opened.now_online()?;
        let told = opened
            .wallet
            .late_statement(label, &form, slot, employer, now)?;
        let file = disclose(args, &told)?;
        say.outcome(
            &json!({ "late": true, "slot": slot, "disclosure": file }),
            || {
                format!(
                    "late: not on the ledger; {} is for your employer",
                    file.display()
                )
            },
        );
        return Ok(());
    }
    let prover = opened.prover(&client, say)?;
    let choice = if args.previous {
        SlotChoice::Previous
    } else {
        SlotChoice::Current
    };
    let outcome = opened
        .wallet
        .checkin(label, &form, choice, &client, &prover)?;
    let person = opened.wallet.content().person(label)?;
    let state = *person.held()?.state();
    let file = match person.disclosures.last().filter(|d| d.slot == state.slot) {
        Some(opening) => Some(disclose(args, opening)?),
        None => None,
    };
    let status = state.history.at(0);
    let value = json!({
        "outcome": outcome, "slot": state.slot, "status": status, "disclosure": file,
    });
    say.outcome(&value, || {
        let place = match outcome {
            Outcome::Accepted { receipt } => format!("entry {}", receipt.entry),
            Outcome::AlreadyThere => "an earlier attempt had arrived".to_owned(),
        };
        let opening = file
            .as_ref()
            .map(|f| format!("; {} is for your employer", f.display()));
        format!(
            "checked in for slot {}: {status:?} ({place}){}",
            state.slot,
            opening.unwrap_or_default()
        )
    });
    Ok(())
}

fn disclose(args: &CheckinArgs, opening: &Disclosed) -> Result<PathBuf, WalletCommandError> {
    let path = args.disclosure.clone().unwrap_or_else(|| {
        let person = args.wallet.person.as_deref().unwrap_or("me");
        let plain: String = person.chars().filter(|c| c.is_alphanumeric()).collect();
        let name = format!("disclosure-{plain}-{}.json", opening.slot);
        args.wallet.wallet.with_file_name(name)
    });
    write(&path, &pretty(&path, opening)?)?;
    Ok(path)
}

fn pretty(path: &Path, value: &impl serde::Serialize) -> Result<Vec<u8>, WalletCommandError> {
    serde_json::to_vec_pretty(value).map_err(|error| WalletCommandError::Unreadable {
        path: path.to_owned(),
        reason: error.to_string(),
    })
}

pub(super) fn receive(args: &WalletArgs, file: &Path, say: Say) -> Done {
    let mut opened = args.open()?;
    take(&mut opened, file)?;
    say.outcome(&json!({ "received": true }), || {
        "received; take it in with `luyin wallet absorb`".into()
    });
    Ok(())
}

fn take(opened: &mut Opened, file: &Path) -> Done {
    let bytes = read(file)?;
    let held: HeldAttestation =
        serde_json::from_slice(&bytes).map_err(|error| WalletCommandError::Unreadable {
            path: file.to_owned(),
            reason: error.to_string(),
        })?;
    let label = opened.args.person.clone();
    Ok(opened.wallet.receive(label.as_deref(), held)?)
}

pub(super) fn absorb(args: &WalletArgs, file: Option<&Path>, say: Say) -> Done {
    let mut opened = args.open()?;
    if let Some(file) = file {
        take(&mut opened, file)?;
    }
    let client = opened.client()?;
    let prover = opened.prover(&client, say)?;
    let outcome = opened.wallet.absorb(args.person(), &client, &prover)?;
    say.outcome(&json!({ "outcome": outcome }), || {
        "taken into the note".into()
    });
    Ok(())
}

pub(super) fn prove(args: &WalletArgs, wanted: &WantedPasses, say: Say) -> Done {
    let mut opened = args.open()?;
    let client = opened.client()?;
    let prover = opened.prover(&client, say)?;
    let bar = say.progress(1, "passes");
    let proved = opened
        .wallet
        .prove(args.person(), wanted, &client, &prover, |done, total| {
            bar.set_length(u64::try_from(total).unwrap_or(u64::MAX));
            bar.set_position(u64::try_from(done).unwrap_or(u64::MAX));
        });
    bar.finish_and_clear();
    let proved = proved?;
    say.outcome(&proved, || {
        let mut text = format!(
            "passes made: {}; at hand before: {}",
            proved.made, proved.at_hand
        );
        for one in &proved.unprovable {
            text.push_str(&format!("\npolicy {}: {}", one.policy, one.reason));
        }
        text
    });
    Ok(())
}

pub(super) fn nym(
    args: &WalletArgs,
    attester: Did,
    day: Option<Day>,
    out: Option<&Path>,
    say: Say,
) -> Done {
    let opened = args.open()?;
    let day = match day {
        Some(day) => day,
        None => opened.now_online()?.day(),
    };
    let card = opened.wallet.nym_card(args.person(), attester, day)?;
    if let Some(out) = out {
        write(out, &pretty(out, &card)?)?;
    }
    say.outcome(&card, || {
        let surname = surname_of(card.mask.surname()).unwrap_or("-");
        format!(
            "{}\n{surname} **{:02}  {}",
            card.nym,
            card.mask.digits(),
            day.to_iso()
        )
    });
    Ok(())
}

pub(super) fn status(args: &WalletArgs, policy: Option<u16>, say: Say) -> Done {
    let mut opened = args.open()?;
    let now = opened.now_online()?;
    refresh(&mut opened)?;
    let labels: Vec<String> = match &args.person {
        Some(label) => vec![label.clone()],
        None => opened
            .wallet
            .content()
            .persons
            .iter()
            .map(|p| p.label.clone())
            .collect(),
    };
    let mut all = Vec::new();
    for label in &labels {
        all.push(opened.wallet.status(Some(label), policy, now)?);
    }
    say.outcome(&all, || {
        let each: Vec<String> = all.iter().map(|status| lines(status, now)).collect();
        each.join("\n\n")
    });
    Ok(())
}

/// Walks on and fetches public data where a node is reached; else the wallet goes by what it has seen.
pub(super) fn refresh(opened: &mut Opened) -> Done {
    let client = opened.client()?;
    let enrolled: Vec<String> = opened
        .wallet
        .content()
        .persons
        .iter()
        .filter(|p| p.note.is_some())
        .map(|p| p.label.clone())
        .collect();
    let mut walked = opened.wallet.sync(&client);
    for label in &enrolled {
        walked = walked.and_then(|()| opened.wallet.walk_on(Some(label), &client).map(|_| ()));
        walked = walked.and_then(|()| {
            let followed = opened.wallet.follow_appeals(Some(label), &client);
            followed.map(|_| ())
        });
    }
    match walked {
        Err(error) if !error.is_offline() => Err(error.into()),
        _ => Ok(()),
    }
}

fn lines(status: &luyin_device::wallet::Status, now: Timestamp) -> String {
    let word = match status.colour {
        WalletColour::Green => "✔ 绿 GREEN",
        WalletColour::Yellow => "▲ 黄 YELLOW",
        WalletColour::Red => "✘ 红 RED",
        WalletColour::Grey => "? 灰 GREY",
    };
    let mut out = format!("{}: {word}", status.person);
    if let Some(strongest) = status.strongest {
        out.push_str(&format!("  (policy {strongest})"));
    }
    for policy in &status.policies {
        let sign = if policy.met { "✔" } else { "✘" };
        out.push_str(&format!(
            "\n  {sign} {} {} / {}",
            policy.policy, policy.name_zh, policy.name_en
        ));
        for clause in &policy.clauses {
            let sign = if clause.met { "✔" } else { "✘" };
            out.push_str(&format!(
                "\n      {sign} {} {} / {}",
                clause.clause, clause.zh, clause.en
            ));
        }
    }
    for notice in &status.notices {
        out.push_str(&notice_lines(notice, now));
    }
    out.push_str(&format!("\n  {} passes ready today", status.passes));
    if status.pending {
        out.push_str("; a transaction is on its way, `luyin wallet sync`");
    }
    if status.attestations > 0 {
        out.push_str(&format!("; {} attestations to absorb", status.attestations));
    }
    out
}

/// A notice about the holder, indented.
pub(super) fn notice_lines(notice: &luyin_device::wallet::NoticeAboutMe, now: Timestamp) -> String {
    let until = notice.until.map(Day::to_iso).unwrap_or_default();
    let clause = notice.clause.as_deref().unwrap_or("-");
    let class = notice.class.map_or("a notice", class_in_words);
    let ground = notice.evidence_kind.map_or_else(String::new, |kind| {
        format!("\n    依据 {} / on {}", kind.zh(), kind.en())
    });
    let appeal = match &notice.appeal {
        Some(appeal) => super::appeal::line(appeal, now),
        None => format!("  {} / {}", notice.appeal_zh, notice.appeal_en),
    };
    format!(
        "\n  ! {class} until {until}: {clause}{ground}\n  {appeal}\n    {}",
        notice.notice
    )
}

pub(super) fn disclosures(args: &WalletArgs, out: &Path, say: Say) -> Done {
    let opened = args.open()?;
    let person = opened.wallet.content().person(args.person())?;
    write(out, &pretty(out, &person.disclosures)?)?;
    let count = person.disclosures.len();
    say.outcome(&json!({ "file": out, "disclosures": count }), || {
        format!("{count} openings for the employer in {}", out.display())
    });
    Ok(())
}

pub(super) fn backup(args: &WalletArgs, out: &Path, say: Say) -> Done {
    let opened = args.open()?;
    let bytes = opened.wallet.backup()?;
    luyin_keys::durable_file::create(out, &bytes).map_err(|source| file_error(out, source))?;
    say.outcome(&json!({ "backup": out, "bytes": bytes.len() }), || {
        format!(
            "{} opens with the same passphrase; keep it elsewhere",
            out.display()
        )
    });
    Ok(())
}

pub(super) fn restore(args: &WalletArgs, backup: &Path, say: Say) -> Done {
    let bytes = read(backup)?;
    let vault = args.vault()?;
    let secret = args.passphrase.existing()?;
    let wallet = Wallet::restore(vault, &bytes, &secret, Strength::PRODUCTION)?;
    let mut opened = Opened {
        wallet,
        args: args.clone(),
    };
    refresh(&mut opened)?;
    let people = opened.wallet.content().persons.len();
    say.outcome(&json!({ "restored": true, "persons": people }), || {
        format!("{people} people restored; `luyin wallet sync` walks on whenever a node is reached")
    });
    Ok(())
}

pub(super) fn sync(args: &WalletArgs, say: Say) -> Done {
    let mut opened = args.open()?;
    let client = opened.client()?;
    opened.wallet.sync(&client)?;
    let labels: Vec<String> = opened
        .wallet
        .content()
        .persons
        .iter()
        .map(|p| p.label.clone())
        .collect();
    let mut people = Vec::new();
    for label in labels {
        let walked = opened.wallet.walk_on(Some(&label), &client);
        let line = match walked {
            Ok(walked) => {
                let resumed = opened.wallet.resume(Some(&label), &client)?;
                json!({ "person": label, "walked": walked, "resumed": resumed })
            }
            Err(WalletError::NotEnrolled | WalletError::NotOnLedger) => {
                json!({ "person": label, "enrolled": false })
            }
            Err(error) => return Err(error.into()),
        };
        people.push(line);
    }
    say.outcome(&people, || {
        format!("{} people are up to date", people.len())
    });
    Ok(())
}

pub(super) fn policies(args: &WalletArgs, say: Say) -> Done {
    let mut opened = args.open()?;
    let now = opened.now_online()?;
    refresh(&mut opened)?;
    let seen = opened
        .wallet
        .content()
        .seen
        .as_ref()
        .ok_or(WalletError::NeverSynced)?;
    let policies = seen.policies_at(now);
    say.outcome(&policies, || {
        let line = |p: &&luyin_protocol::policy::Policy| {
            let paper = if p.paper { ", paper" } else { "" };
            format!("{} {} / {}{paper}", p.reference, p.name_zh, p.name_en)
        };
        policies.iter().map(line).collect::<Vec<_>>().join("\n")
    });
    Ok(())
}
