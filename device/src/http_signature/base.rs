//! What of a message is signed, and the bytes that are (RFC 9421, section 2).

use super::SignatureError;
use super::input::SignatureInput;

/// A part of a request that a signature covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Component {
    /// `@method`
    Method,
    /// `@authority`
    Authority,
    /// `@path`
    Path,
    /// `@query`
    Query,
    /// A header field by its lowercase name.
    Field(String),
}

impl Component {
    /// From its identifier. Derived components that the profile does not use, and fields with parameters, are refused.
    pub fn from_name(name: &str) -> Result<Self, SignatureError> {
        Ok(match name {
            "@method" => Self::Method,
            "@authority" => Self::Authority,
            "@path" => Self::Path,
            "@query" => Self::Query,
            _ if !name.is_empty() && name.bytes().all(is_field_byte) => {
                Self::Field(name.to_owned())
            }
            _ => return Err(SignatureError::Malformed("a component")),
        })
    }

    /// Its identifier.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Method => "@method",
            Self::Authority => "@authority",
            Self::Path => "@path",
            Self::Query => "@query",
            Self::Field(name) => name,
        }
    }
}

const fn is_field_byte(b: u8) -> bool {
    b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_'
}

/// The parts of a request that a signature can cover. Values are as sent: the path and the query percent-encoded, the
/// query without its question mark, the authority as the `Host` header has it.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// The method, in capitals.
    pub method: &'a str,
    /// Host, with the port where it is not the scheme's own.
    pub authority: &'a str,
    /// The path.
    pub path: &'a str,
    /// The query, if there is one.
    pub query: Option<&'a str>,
    /// Header fields by lowercase name; a field that occurs twice is listed twice.
    pub fields: &'a [(&'a str, &'a str)],
}

impl Message<'_> {
    fn value(&self, component: &Component) -> Result<String, SignatureError> {
        Ok(match component {
            Component::Method => self.method.to_owned(),
            Component::Authority => self.authority.to_ascii_lowercase(),
            Component::Path if self.path.is_empty() => "/".to_owned(),
            Component::Path => self.path.to_owned(),
            Component::Query => format!("?{}", self.query.unwrap_or_default()),
            Component::Field(name) => self.field(name)?,
        })
    }

    /// All values of a field, trimmed and joined (RFC 9421, section 2.1).
    fn field(&self, name: &str) -> Result<String, SignatureError> {
        let values: Vec<&str> = self
            .fields
            .iter()
            .filter(|(field, _)| *field == name)
            .map(|(_, value)| value.trim())
            .collect();
        if values.is_empty() {
            return Err(SignatureError::Missing("a covered header field"));
        }
        Ok(values.join(", "))
    }

    /// The bytes that are signed.
    pub fn signature_base(&self, input: &SignatureInput) -> Result<String, SignatureError> {
        let mut base = String::new();
        for component in input.components() {
            let value = self.value(component)?;
            if value.contains(['\n', '\r']) {
                return Err(SignatureError::Malformed("a header value"));
            }
            base.push_str(&format!("\"{}\": {value}\n", component.name()));
        }
        base.push_str(&format!("\"@signature-params\": {}", input.to_text()));
        Ok(base)
    }
}
