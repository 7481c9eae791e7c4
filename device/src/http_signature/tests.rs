use super::*;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use luyin_keys::keystore::SecretBytes;
use luyin_keys::signing::SigningKey;
use luyin_protocol::signature::Signature;
use luyin_protocol::time::Timestamp;
use rand::rngs::OsRng;

const NOW: Timestamp = Timestamp::new(1_700_000_000_000);
const BODY: &[u8] = br#"{"tx":"AA=="}"#;

fn key(seed: u8) -> SigningKey {
    SigningKey::from_secret(&SecretBytes::new([seed; 32]))
}

fn message<'a>(fields: &'a [(&'a str, &'a str)]) -> Message<'a> {
    Message {
        method: "POST",
        authority: "node.example:8080",
        path: "/v1/gate/records",
        query: Some("a=1"),
        fields,
    }
}

fn signed(body: &[u8]) -> SignedHeaders {
    sign(
        &message(&[]),
        body,
        &key(1),
        "did:luyin:x",
        NOW,
        Nonce::generate(&mut OsRng),
    )
}

/// Reads and verifies as the server does.
fn check(message: &Message<'_>, body: &[u8], now: Timestamp) -> Result<(), SignatureError> {
    Presented::read(message, body, now)?.verify(message, &key(1).public())
}

/// RFC 9421, appendix B.1.4 and B.2.6: both sides give the published signature.
#[test]
fn the_ed25519_vector_of_rfc_9421_holds_on_both_sides() {
    let seed = STANDARD
        .decode("n4Ni+HpISpVObnQMW0wOhCKROaIKqKtW/2ZYb2p9KcU=")
        .unwrap();
    let key = SigningKey::from_secret(&SecretBytes::new(seed.try_into().unwrap()));
    assert_eq!(
        STANDARD.encode(key.public().as_bytes()),
        "JrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs="
    );
    let text = "(\"date\" \"@method\" \"@path\" \"@authority\" \"content-type\" \"content-length\")\
                ;created=1618884473;keyid=\"test-key-ed25519\"";
    let input = SignatureInput::from_text(text).unwrap();
    let fields = [
        ("date", "Tue, 20 Apr 2021 02:07:55 GMT"),
        ("content-type", "application/json"),
        ("content-length", "18"),
    ];
    let message = Message {
        method: "POST",
        authority: "example.com",
        path: "/foo",
        query: Some("param=Value&Pet=dog"),
        fields: &fields,
    };
    let base = message.signature_base(&input).unwrap();
    let published =
        "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==";
    let made = key.sign_raw(base.as_bytes());
    assert_eq!(STANDARD.encode(made.as_bytes()), published);
    let bytes: [u8; 64] = STANDARD.decode(published).unwrap().try_into().unwrap();
    let signature = Signature::from_bytes(bytes);
    assert!(key.public().verify_raw(base.as_bytes(), &signature).is_ok());
}

#[test]
fn what_one_side_signs_the_other_verifies() {
    for body in [BODY, b""] {
        let headers = signed(body);
        let fields: Vec<_> = headers.iter().collect();
        assert_eq!(headers.content_digest.is_some(), !body.is_empty());
        assert_eq!(check(&message(&fields), body, NOW), Ok(()));
    }
}

#[test]
fn a_request_that_differs_from_the_signed_one_is_refused() {
    let headers = signed(BODY);
    let fields: Vec<_> = headers.iter().collect();
    let good = message(&fields);
    let altered = [
        Message {
            method: "PUT",
            ..good
        },
        Message {
            authority: "other.example:8080",
            ..good
        },
        Message {
            path: "/v1/gate/walk-ins",
            ..good
        },
        Message {
            query: Some("a=2"),
            ..good
        },
        Message {
            query: None,
            ..good
        },
    ];
    for message in altered {
        assert_eq!(
            check(&message, BODY, NOW),
            Err(SignatureError::Signature),
            "{message:?}"
        );
    }
    assert_eq!(check(&good, b"{}", NOW), Err(SignatureError::Digest));
    let presented = Presented::read(&good, BODY, NOW).unwrap();
    let other = presented.verify(&good, &key(2).public());
    assert_eq!(other, Err(SignatureError::Signature));
}

#[test]
fn a_new_digest_over_another_body_does_not_help() {
    let headers = signed(BODY);
    let digest = content_digest(b"{}");
    let fields: Vec<_> = headers
        .iter()
        .map(|(name, value)| {
            let forged = name == CONTENT_DIGEST;
            (name, if forged { digest.as_str() } else { value })
        })
        .collect();
    assert_eq!(
        check(&message(&fields), b"{}", NOW),
        Err(SignatureError::Signature)
    );
}

#[test]
fn a_signature_is_good_for_a_minute() {
    let headers = signed(BODY);
    let fields: Vec<_> = headers.iter().collect();
    let message = message(&fields);
    assert_eq!(check(&message, BODY, NOW.plus_ms(59_000)), Ok(()));
    for now in [NOW.plus_ms(61_000), Timestamp::new(NOW.get() - 61_000)] {
        assert_eq!(check(&message, BODY, now), Err(SignatureError::Stale));
    }
}

/// Signs an input of the test's own making.
fn checked_with(input: &str, body: &[u8]) -> Result<(), SignatureError> {
    let digest = content_digest(body);
    let digest_only = [(CONTENT_DIGEST, digest.as_str())];
    let parsed = SignatureInput::from_text(input)?;
    let base = message(&digest_only).signature_base(&parsed)?;
    let signature = STANDARD.encode(key(1).sign_raw(base.as_bytes()).as_bytes());
    let (input, signature) = (format!("s={input}"), format!("s=:{signature}:"));
    let fields = [
        (CONTENT_DIGEST, digest.as_str()),
        (SIGNATURE_INPUT, input.as_str()),
        (SIGNATURE, signature.as_str()),
    ];
    check(&message(&fields), body, NOW)
}

const COMPONENTS: &str = r#"("@method" "@authority" "@path" "@query" "content-digest")"#;
const PARAMETERS: &str =
    r#";created=1700000000;expires=1700000060;nonce="0123456789abcdef";keyid="k";alg="ed25519""#;

#[test]
fn a_signature_that_drops_a_component_or_a_parameter_is_refused() {
    assert_eq!(
        checked_with(&format!("{COMPONENTS}{PARAMETERS}"), BODY),
        Ok(())
    );
    for dropped in ["@method", "@authority", "@path", "@query", "content-digest"] {
        let fewer = COMPONENTS
            .replace(&format!("\"{dropped}\" "), "")
            .replace(&format!(" \"{dropped}\""), "");
        let refused = checked_with(&format!("{fewer}{PARAMETERS}"), BODY);
        assert_eq!(refused, Err(SignatureError::NotCovered(dropped)));
    }
    for dropped in ["created", "expires", "nonce", "keyid", "alg"] {
        let kept: Vec<&str> = PARAMETERS
            .split(';')
            .filter(|p| !p.starts_with(dropped))
            .collect();
        let refused = checked_with(&format!("{COMPONENTS}{}", kept.join(";")), BODY);
        assert_eq!(refused, Err(SignatureError::Missing(dropped)));
    }
}

#[test]
fn parameters_outside_the_profile_are_refused() {
    for (from, to) in [
        ("ed25519", "hmac-sha256"),
        ("0123456789abcdef", "short"),
        ("1700000060", "1700000061"),
        ("expires=1700000060", "expires=1699999999"),
        (";alg", ";tag=\"x\";alg"),
        (";alg", ";nonce=\"0123456789abcdef\";alg"),
        ("created=1700000000", "created=01700000000"),
        ("keyid=\"k\"", "keyid=\"k\\\"\""),
    ] {
        let parameters = PARAMETERS.replace(from, to);
        assert_ne!(parameters, PARAMETERS);
        assert!(
            checked_with(&format!("{COMPONENTS}{parameters}"), BODY).is_err(),
            "{to}"
        );
    }
    for (from, to) in [
        ("\"@query\"", "\"@query\" \"@query\""),
        ("\"@query\"", "\"@query\";req"),
        ("\"@query\" ", "\"@query\"  "),
        ("content-digest", "Content-Digest"),
        ("\"@query\"", "\"@query\" \"@status\""),
        ("\"@query\"", "\"@query\" \"x-absent\""),
    ] {
        let components = COMPONENTS.replace(from, to);
        assert!(
            checked_with(&format!("{components}{PARAMETERS}"), BODY).is_err(),
            "{to}"
        );
    }
}

#[test]
fn headers_that_are_absent_doubled_or_torn_are_refused() {
    let headers = signed(BODY);
    let good: Vec<_> = headers.iter().collect();
    for position in 0..good.len() {
        let mut fields = good.clone();
        let (name, _) = fields.remove(position);
        assert_eq!(
            check(&message(&fields), BODY, NOW),
            Err(SignatureError::Missing(name))
        );
        let doubled: Vec<_> = good
            .iter()
            .chain(&good[position..=position])
            .copied()
            .collect();
        assert!(
            check(&message(&doubled), BODY, NOW).is_err(),
            "{name} twice"
        );
        let (_, value) = good[position];
        for cut in 0..value.len() {
            let mut fields = good.clone();
            fields[position].1 = &value[..cut];
            assert!(
                check(&message(&fields), BODY, NOW).is_err(),
                "{name} cut at {cut}"
            );
        }
    }
}
