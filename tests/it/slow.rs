//! Clients that dawdle: their connections end, and everybody else is served meanwhile.

use crate::support::World;
use crate::support::world::memory;
use luyin::config::Config;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

/// Places for connections.
const PLACES: usize = 8;

fn impatient() -> World {
    let mut config = Config::default();
    config.http.header_timeout_ms = 300;
    config.http.request_timeout_ms = 600;
    config.http.connections = PLACES;
    World::bare(config, memory())
}

fn begin(world: &World, text: &str) -> TcpStream {
    let mut stream = TcpStream::connect(world.address).unwrap();
    let patience = Some(Duration::from_secs(60));
    stream.set_read_timeout(patience).unwrap();
    stream.write_all(text.as_bytes()).unwrap();
    stream
}

/// Everything that the node says until it hangs up.
fn heard(mut stream: TcpStream) -> String {
    let mut said = Vec::new();
    // A reset is a way of hanging up too.
    let _ = stream.read_to_end(&mut said);
    String::from_utf8_lossy(&said).into_owned()
}

#[test]
fn who_does_not_finish_a_request_s_head_is_hung_up_on() {
    assert_eq!(Config::default().http.header_timeout_ms, 5_000);
    let world = impatient();
    let beginnings = [
        "",
        "GET /v1/net",
        "GET /v1/network HTTP/1.1\r\nhost: x\r\nx-slow: ",
    ];
    let dawdling = beginnings.map(|text| begin(&world, text));
    assert_eq!(world.get("/healthz").status, 200, "others are served");
    for stream in dawdling {
        let said = heard(stream);
        assert!(!said.contains("200 OK"), "{said}");
    }
}

#[test]
fn bodies_that_do_not_come_are_given_up_and_their_places_are_free_again() {
    assert_eq!(Config::default().http.request_timeout_ms, 15_000);
    let world = impatient();
    let head = "POST /v1/checkins HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
                content-length: 1000\r\n\r\n{\"tx\":";
    let dawdling: Vec<TcpStream> = (0..PLACES).map(|_| begin(&world, head)).collect();
    for stream in dawdling {
        let said = heard(stream).to_lowercase();
        assert!(said.starts_with("http/1.1 503"), "{said}");
        assert!(said.contains("retry-after") && said.contains("urn:luyin:problem:timeout"));
    }
    assert_eq!(world.get("/healthz").status, 200);
}

#[test]
fn heads_without_end_and_lengths_that_contradict_each_other_are_refused() {
    let world = impatient();
    let endless = format!(
        "GET /healthz HTTP/1.1\r\nhost: x\r\nx: {}",
        "a".repeat(200 << 10)
    );
    let contradictory = "POST /v1/dids HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\
                         content-length: 50\r\ncontent-type: application/json\r\n\r\n{}{}{";
    let smuggled = "POST /v1/dids HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\
                    transfer-encoding: chunked, nonsense\r\n\r\n0\r\n\r\nGET /metrics HTTP/1.1\r\n\r\n";
    for text in [&endless, contradictory, smuggled, "\0\0\0\0\r\n\r\n"] {
        let mut stream = TcpStream::connect(world.address).unwrap();
        let _ = stream.write_all(text.as_bytes());
        let said = heard(stream);
        assert!(!said.contains("200 OK") && !said.contains("201"), "{said}");
        assert_eq!(world.get("/healthz").status, 200);
    }
}
