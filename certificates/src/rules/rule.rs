//! One rule: what it is called, when it holds, what it says, and the expression that decides.

use std::fmt;

use serde::Deserialize;
use serde_json::Value as Json;
use thiserror::Error;

use super::identifier::{Identifier, Scope};
use crate::Moment;
use crate::certlogic::{Expression, Issue};

const ENGINE: &str = "CERTLOGIC";
/// Engines of these versions are compatible with the specification that ours follows.
const NEWEST_ENGINE: u32 = 1;
/// What the expression sees the certificate as.
const PAYLOAD: &str = "payload.";
/// What is spoken where none of the languages asked for is.
const FALLBACK: &str = "en";

/// What a rule does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum RuleType {
    /// The country of arrival accepts what fulfils it.
    Acceptance,
    /// The issuing country takes back what does not fulfil it.
    Invalidation,
}

/// A rule that was read and is well-formed.
#[derive(Clone, Debug)]
pub struct Rule {
    identifier: Identifier,
    kind: RuleType,
    country: String,
    region: Option<String>,
    version: Version,
    scope: Scope,
    descriptions: Vec<Description>,
    valid_from: Moment,
    valid_to: Moment,
    affected_fields: Vec<String>,
    logic: Expression,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version([u32; 3]);

#[derive(Clone, Debug, Deserialize)]
struct Description {
    lang: String,
    desc: String,
}

/// As it is published.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Document {
    identifier: String,
    #[serde(rename = "Type")]
    kind: RuleType,
    country: String,
    region: Option<String>,
    version: String,
    schema_version: String,
    engine: String,
    engine_version: String,
    certificate_type: String,
    description: Vec<Description>,
    valid_from: String,
    valid_to: String,
    affected_fields: Vec<String>,
    logic: Json,
}

/// Why a document is not taken for a rule.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum RuleFault {
    #[error("the document is no rule: {0}")]
    Form(String),
    #[error("{0} is not what rules are called")]
    Identifier(String),
    #[error("{0} does not agree with the rule's country, type or certificates")]
    Disagrees(String),
    #[error("{0} is no version")]
    Version(String),
    #[error("the rule is for another engine: {0}")]
    Engine(String),
    #[error("the rule does not say when it holds")]
    Validity,
    #[error("the rule explains itself in no language")]
    Unexplained,
    #[error("the expression is ill-formed: {}", shown(.0))]
    Logic(Vec<Issue>),
}

fn shown(issues: &[Issue]) -> String {
    let messages: Vec<&str> = issues.iter().map(|issue| issue.message.as_str()).collect();
    messages.join("; ")
}

impl Rule {
    pub fn read(json: &Json) -> Result<Self, RuleFault> {
        let document = Document::deserialize(json);
        let document = document.map_err(|error| RuleFault::Form(error.to_string()))?;
        let identifier = Identifier::read(&document.identifier);
        let identifier =
            identifier.ok_or_else(|| RuleFault::Identifier(document.identifier.clone()))?;
        let scope = Scope::named(&document.certificate_type);
        let scope = scope.ok_or_else(|| RuleFault::Form(document.certificate_type.clone()))?;
        let is_acceptance = document.kind == RuleType::Acceptance;
        if !identifier.agrees_with(is_acceptance, scope) || identifier.country() != document.country
        {
            return Err(RuleFault::Disagrees(document.identifier));
        }
        check_engine(&document)?;
        let moment = |text: &str| Moment::parse(text).map_err(|_| RuleFault::Validity);
        let (valid_from, valid_to) = (moment(&document.valid_from)?, moment(&document.valid_to)?);
        if valid_from >= valid_to {
            return Err(RuleFault::Validity);
        }
        if document.description.is_empty() {
            return Err(RuleFault::Unexplained);
        }
        Ok(Self {
            identifier,
            kind: document.kind,
            country: document.country,
            region: document.region,
            version: Version::read(&document.version)?,
            scope,
            descriptions: document.description,
            valid_from,
            valid_to,
            affected_fields: document.affected_fields,
            logic: Expression::read(&document.logic).map_err(RuleFault::Logic)?,
        })
    }

    pub const fn identifier(&self) -> &Identifier {
        &self.identifier
    }

    pub const fn rule_type(&self) -> RuleType {
        self.kind
    }

    pub fn country(&self) -> &str {
        &self.country
    }

    pub fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }

    pub const fn scope(&self) -> Scope {
        self.scope
    }

    /// The fields of the certificate that decide: what to look at where the rule refuses.
    pub fn affected_fields(&self) -> &[String] {
        &self.affected_fields
    }

    pub const fn logic(&self) -> &Expression {
        &self.logic
    }

    pub(super) const fn version(&self) -> Version {
        self.version
    }

    pub fn holds_at(&self, clock: Moment) -> bool {
        self.valid_from <= clock && clock < self.valid_to
    }

    /// What it demands, in the first of the languages that it speaks, else in English, else in any.
    /// `zh-CN` is also answered in `zh`.
    pub fn describe(&self, languages: &[&str]) -> &str {
        let wanted = languages.iter().copied().chain([FALLBACK]);
        let mut spoken = wanted.filter_map(|language| self.description(language));
        let any = || self.descriptions.first();
        spoken
            .next()
            .or_else(any)
            .map_or("", |description| &description.desc)
    }

    /// Whether it explains itself in this language.
    pub fn speaks(&self, language: &str) -> bool {
        self.description(language).is_some()
    }

    fn description(&self, language: &str) -> Option<&Description> {
        let in_language = |wanted: &str| {
            let mut all = self.descriptions.iter();
            all.find(|description| description.lang.eq_ignore_ascii_case(wanted))
        };
        let primary = language.split('-').next().unwrap_or(language);
        in_language(language).or_else(|| in_language(primary))
    }

    /// Paths of the certificate that the expression reads and the rule does not name.
    pub fn undeclared_reads(&self) -> Vec<String> {
        let reads = self.logic.reads();
        let of_payload = reads.iter().filter_map(|path| path.strip_prefix(PAYLOAD));
        let undeclared = of_payload.filter(|path| !self.affected_fields.iter().any(|f| f == path));
        undeclared.map(str::to_owned).collect()
    }
}

/// Its name, as it stands before what it says.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.identifier.fmt(f)
    }
}

impl Version {
    fn read(text: &str) -> Result<Self, RuleFault> {
        let wrong = || RuleFault::Version(text.to_owned());
        let parts: Result<Vec<u32>, _> = text.split('.').map(str::parse).collect();
        let parts = parts.map_err(|_| wrong())?;
        parts.try_into().map(Self).map_err(|_| wrong())
    }
}

fn check_engine(document: &Document) -> Result<(), RuleFault> {
    let (engine, schema) = (
        Version::read(&document.engine_version)?,
        Version::read(&document.schema_version)?,
    );
    let Version([major, ..]) = engine;
    let Version([schema_major, ..]) = schema;
    if document.engine == ENGINE && major <= NEWEST_ENGINE && schema_major == 1 {
        Ok(())
    } else {
        Err(RuleFault::Engine(format!(
            "{} {}",
            document.engine, document.engine_version
        )))
    }
}
