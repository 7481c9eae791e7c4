//! The `luyin` command.

fn main() -> std::process::ExitCode {
    luyin::cli::root::main()
}
