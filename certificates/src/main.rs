//! `luyin-certificates suites [--dir DIR] [--explain]`: how published suites come out.

#![forbid(unsafe_code)]

use std::path::PathBuf;
use std::process::ExitCode;

use luyin_certificates::suites::{SUITES, Suite, exceptions};

const USAGE: &str = "usage: luyin-certificates suites [--dir DIR] [--explain]
  --dir      the folder that the suites' folders stand in, ../shared/data if not given
  --explain  show the cases that come out otherwise than their suite says, and why";

struct Order {
    data: PathBuf,
    explain: bool,
}

fn main() -> ExitCode {
    let Some(order) = order() else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    let mut broken = false;
    for suite in &SUITES {
        broken |= !show(suite, &order);
    }
    ExitCode::from(u8::from(broken))
}

fn order() -> Option<Order> {
    let mut arguments = std::env::args().skip(1);
    let mut order = Order {
        data: "../shared/data".into(),
        explain: false,
    };
    (arguments.next()? == "suites").then_some(())?;
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--dir" => order.data = arguments.next()?.into(),
            "--explain" => order.explain = true,
            _ => return None,
        }
    }
    Some(order)
}

/// One line, `name passed/total`. False if the suite could not be read.
fn show(suite: &Suite, order: &Order) -> bool {
    let name = suite.name;
    let outcome = match suite.run(&order.data) {
        Ok(Some(outcome)) => outcome,
        Ok(None) => {
            println!("{name} absent");
            return true;
        }
        Err(fault) => {
            println!("{name} broken: {fault}");
            return false;
        }
    };
    println!("{name} {}/{}", outcome.passed(), outcome.total());
    for failure in outcome.failures().iter().filter(|_| order.explain) {
        let known = exceptions::reason(name, &failure.case);
        println!("  {}: {}", failure.case, failure.why);
        println!("    {}", known.unwrap_or("not known to come out so"));
    }
    true
}
