//! `luyin-bindgen MODULE FOLDER`: what `wasm-bindgen --target web` does, built from the lock file, so that it always fits the module.

#![forbid(unsafe_code)]

use anyhow::{Result, bail};
use wasm_bindgen_cli_support::Bindgen;

/// Bundlers find `index` where a folder is imported, as the module's own workers do.
const NAME: &str = "index";

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [module, folder] = arguments.as_slice() else {
        bail!("luyin-bindgen MODULE FOLDER");
    };
    Bindgen::new()
        .input_path(module)
        .out_name(NAME)
        .web(true)?
        // A bundler finds the module by its path in the script, and gives it a name with a hash.
        .omit_default_module_path(false)
        .typescript(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(folder)
}
