//! The configurations of a demo's nodes, as files that `luyin serve --config` reads.

use super::DemoError;
use super::cast::Cast;
use super::ports::Ports;
use luyin_keys::durable_file;
use serde_json::{Value, json};

/// What one node is configured with.
fn settings(cast: &Cast, ports: &Ports, place: u8) -> Value {
    let witnesses: Vec<String> = ports.witnesses().map(|w| format!("http://{w}")).collect();
    let mut settings = json!({
        "http": { "listen": ports.node(place) },
        "witnesses": { "urls": witnesses },
    });
    if ports.shape.validators > 1 {
        let others = || cast.places().filter(move |other| *other != place);
        let urls = others().map(|other| format!("http://{}", ports.node(other)));
        settings["consensus"] = json!({
            "listen": ports.consensus(place),
            "peers": others().map(|other| ports.consensus(other)).collect::<Vec<_>>(),
            "urls": urls.collect::<Vec<_>>(),
            "guard": cast.node_guard(place),
        });
    }
    settings
}

/// Writes the configuration of each node.
pub fn write(cast: &Cast, ports: &Ports) -> Result<(), DemoError> {
    for place in cast.places() {
        let text = toml::to_string(&settings(cast, ports, place)).map_err(std::io::Error::other)?;
        durable_file::replace(&cast.node_config(place), text.as_bytes())?;
    }
    Ok(())
}
