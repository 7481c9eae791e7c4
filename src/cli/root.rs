//! The root of the command: one verb a line, each with a file of its own.

use super::say::Say;
use super::{
    attester, audit, authority, bench, ceremony, demo, did, gate, genesis, keystore, net,
    rebuild_index, registrar, serve, trustee, verify_log, wallet, witness,
};
use crate::telemetry::{LogForm, start_log};
use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Prove that you may pass, and nothing else
#[derive(Debug, Parser)]
#[command(name = "luyin", version, propagate_version = true)]
struct Cli {
    /// Answer with one JSON value
    #[arg(long, global = true)]
    json: bool,
    /// Form of log lines on standard error; LUYIN_LOG filters them
    #[arg(long, global = true, value_enum, default_value_t, value_name = "FORM")]
    log: LogForm,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Run a node
    Serve(serve::ServeArgs),
    /// Make and run a demo network with everyone in it
    #[command(subcommand)]
    Demo(demo::Command),
    /// Write the files of a local network
    #[command(subcommand)]
    Net(net::Command),
    /// Make the founding data of a network
    #[command(subcommand)]
    Genesis(genesis::Command),
    /// Make development keys, or export the circuits for a ceremony
    #[command(subcommand)]
    Ceremony(ceremony::Command),
    /// Check a whole log from its files alone
    VerifyLog(verify_log::VerifyLogArgs),
    /// Make the index and the tiles anew from the log
    RebuildIndex(rebuild_index::RebuildArgs),
    /// Measure this machine
    Bench(bench::BenchArgs),
    /// An organisation's keys
    #[command(subcommand)]
    Keystore(keystore::Command),
    /// Identifiers of organisations
    #[command(subcommand)]
    Did(did::Command),
    /// An escrow trustee's process
    #[command(subcommand)]
    Trustee(trustee::Command),
    /// A witness's process
    #[command(subcommand)]
    Witness(witness::Command),
    /// A person's wallet, or a family's
    #[command(subcommand)]
    Wallet(wallet::Command),
    /// Read and verify gates' records and the authority's acts
    #[command(subcommand)]
    Audit(audit::Command),
    /// A gate at a venue
    #[command(subcommand)]
    Gate(gate::Command),
    /// Enrol persons
    #[command(subcommand)]
    Registrar(registrar::Command),
    /// Issue attestations
    #[command(subcommand)]
    Attester(attester::Command),
    /// What two roles of the authority do together
    #[command(subcommand)]
    Authority(authority::Command),
}

/// Runs the command that the process was called with.
#[must_use]
pub fn main() -> ExitCode {
    let Cli { json, log, verb } = Cli::parse();
    start_log(log);
    match run(verb, Say::from_switch(json)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("luyin: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(verb: Verb, say: Say) -> anyhow::Result<()> {
    match verb {
        Verb::Serve(args) => serve::run(args, say)?,
        Verb::Demo(command) => demo::run(command, say)?,
        Verb::Net(command) => net::run(&command, say)?,
        Verb::Genesis(command) => genesis::run(command, say)?,
        Verb::Ceremony(command) => ceremony::run(command, say)?,
        Verb::VerifyLog(args) => verify_log::run(args, say)?,
        Verb::RebuildIndex(args) => rebuild_index::run(args, say)?,
        Verb::Bench(args) => bench::run(args, say)?,
        Verb::Keystore(command) => keystore::run(command, say)?,
        Verb::Did(command) => did::run(command, say)?,
        Verb::Trustee(command) => trustee::run(command, say)?,
        Verb::Witness(command) => witness::run(command, say)?,
        Verb::Wallet(command) => wallet::run(command, say)?,
        Verb::Audit(command) => audit::run(command, say)?,
        Verb::Gate(command) => gate::run(command, say)?,
        Verb::Registrar(command) => registrar::run(command, say)?,
        Verb::Attester(command) => attester::run(command, say)?,
        Verb::Authority(command) => authority::run(command, say)?,
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Cli;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_free_of_contradictions() {
        Cli::command().debug_assert();
    }
}
