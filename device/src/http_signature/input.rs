//! The `Signature-Input` member: covered components and parameters (RFC 9421, section 2.3; RFC 8941).

use super::SignatureError;
use super::base::Component;

/// The most components and parameters that are read, and the longest text.
const MAX_COMPONENTS: usize = 16;
const MAX_TEXT: usize = 1_024;

/// What a signature covers and under which parameters. The order of both is part of what is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureInput {
    components: Vec<Component>,
    parameters: Vec<Parameter>,
}

/// One parameter of the signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Parameter {
    Created(u64),
    Expires(u64),
    Nonce(String),
    KeyId(String),
    Algorithm(String),
}

impl Parameter {
    const fn key(&self) -> &'static str {
        match self {
            Self::Created(_) => "created",
            Self::Expires(_) => "expires",
            Self::Nonce(_) => "nonce",
            Self::KeyId(_) => "keyid",
            Self::Algorithm(_) => "alg",
        }
    }

    fn to_text(&self) -> String {
        match self {
            Self::Created(n) | Self::Expires(n) => format!(";{}={n}", self.key()),
            Self::Nonce(s) | Self::KeyId(s) | Self::Algorithm(s) => {
                format!(";{}=\"{s}\"", self.key())
            }
        }
    }

    fn read(text: &str) -> Result<Self, SignatureError> {
        let bad = SignatureError::Malformed("a signature parameter");
        let (key, value) = text.split_once('=').ok_or(bad)?;
        Ok(match key {
            "created" => Self::Created(number(value)?),
            "expires" => Self::Expires(number(value)?),
            "nonce" => Self::Nonce(string(value)?.to_owned()),
            "keyid" => Self::KeyId(string(value)?.to_owned()),
            "alg" => Self::Algorithm(string(value)?.to_owned()),
            _ => return Err(bad),
        })
    }
}

/// An integer in its one spelling.
fn number(text: &str) -> Result<u64, SignatureError> {
    let value: u64 = text
        .parse()
        .map_err(|_| SignatureError::Malformed("a number"))?;
    if value.to_string() == text {
        Ok(value)
    } else {
        Err(SignatureError::Malformed("a number"))
    }
}

/// A quoted string of visible ASCII without escapes, which the profile never needs.
fn string(text: &str) -> Result<&str, SignatureError> {
    let inner = text.strip_prefix('"').and_then(|t| t.strip_suffix('"'));
    let plain = |s: &&str| {
        s.bytes()
            .all(|b| b.is_ascii_graphic() && b != b'"' && b != b'\\' && b != b';')
    };
    inner
        .filter(plain)
        .ok_or(SignatureError::Malformed("a quoted string"))
}

impl SignatureInput {
    pub(super) fn new(components: Vec<Component>, parameters: Vec<Parameter>) -> Self {
        Self {
            components,
            parameters,
        }
    }

    /// Reads `("@method" ...);created=...`. Only the canonical spelling is taken, and nothing twice.
    pub fn from_text(text: &str) -> Result<Self, SignatureError> {
        let bad = SignatureError::Malformed("a signature input");
        if text.len() > MAX_TEXT {
            return Err(bad);
        }
        let (list, rest) = text
            .strip_prefix('(')
            .and_then(|t| t.split_once(')'))
            .ok_or(bad)?;
        let names = list.split(' ').filter(|_| !list.is_empty());
        let components: Vec<Component> = names
            .map(|name| Component::from_name(string(name)?))
            .collect::<Result<_, _>>()?;
        let parameters: Vec<Parameter> = match rest.strip_prefix(';') {
            Some(rest) => rest
                .split(';')
                .map(Parameter::read)
                .collect::<Result<_, _>>()?,
            None if rest.is_empty() => Vec::new(),
            None => return Err(bad),
        };
        let input = Self::new(components, parameters);
        if !input.is_within_limits() || input.to_text() != text {
            return Err(bad);
        }
        Ok(input)
    }

    fn is_within_limits(&self) -> bool {
        let count = self.components.len();
        let mut names: Vec<&str> = self.components.iter().map(Component::name).collect();
        names.sort_unstable();
        names.dedup();
        let mut keys: Vec<&str> = self.parameters.iter().map(Parameter::key).collect();
        keys.sort_unstable();
        keys.dedup();
        count <= MAX_COMPONENTS && names.len() == count && keys.len() == self.parameters.len()
    }

    /// The canonical text.
    #[must_use]
    pub fn to_text(&self) -> String {
        let names: Vec<String> = self
            .components
            .iter()
            .map(|c| format!("\"{}\"", c.name()))
            .collect();
        let parameters: String = self.parameters.iter().map(Parameter::to_text).collect();
        format!("({}){parameters}", names.join(" "))
    }

    /// What is covered, in order.
    #[must_use]
    pub fn components(&self) -> &[Component] {
        &self.components
    }

    pub(super) fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }
}
