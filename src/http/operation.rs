//! What the OpenAPI document says of one route.

use super::auth::Access;
use axum::http::StatusCode;
use serde_json::json;
use utoipa::ToSchema;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::path::{OperationBuilder, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{Object, Schema, SchemaFormat, Type};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{Content, ContentBuilder, Ref, RefOr, Required, Response, ResponseBuilder};

/// Schemas by name, as the document's components.
pub type Schemas = Vec<(String, RefOr<Schema>)>;

/// The description of a route. Every one may answer with a problem.
#[derive(Clone)]
pub struct Op {
    summary: &'static str,
    query: Vec<(&'static str, Required, RefOr<Schema>)>,
    body: Option<(RefOr<Schema>, usize)>,
    answers: Vec<Answer>,
    schemas: Schemas,
}

/// An answer that is no refusal. Without a media type it has no content, without a schema a content of any shape.
#[derive(Clone)]
struct Answer {
    status: StatusCode,
    media: Option<&'static str>,
    schema: Option<RefOr<Schema>>,
}

/// Describes a route in one line.
#[must_use]
pub fn op(summary: &'static str) -> Op {
    Op {
        summary,
        query: Vec::new(),
        body: None,
        answers: Vec::new(),
        schemas: Vec::new(),
    }
}

/// The schema of integers that the protocol bounds by itself.
#[must_use]
pub fn integer() -> RefOr<Schema> {
    let format = SchemaFormat::KnownFormat(utoipa::openapi::KnownFormat::Int64);
    let object = Object::builder()
        .schema_type(Type::Integer)
        .format(Some(format))
        .minimum(Some(0));
    RefOr::T(Schema::Object(object.build()))
}

/// The schema of texts.
#[must_use]
pub fn text() -> RefOr<Schema> {
    RefOr::T(Schema::Object(
        Object::builder().schema_type(Type::String).build(),
    ))
}

impl Op {
    fn schema_of<T: ToSchema>(&mut self) -> RefOr<Schema> {
        let name = T::name().into_owned();
        self.schemas.push((name.clone(), T::schema()));
        T::schemas(&mut self.schemas);
        RefOr::Ref(Ref::from_schema_name(name))
    }

    /// A query parameter that must be there.
    #[must_use]
    pub fn query(mut self, name: &'static str, schema: RefOr<Schema>) -> Self {
        self.query.push((name, Required::True, schema));
        self
    }

    /// A query parameter that may be there.
    #[must_use]
    pub fn option(mut self, name: &'static str, schema: RefOr<Schema>) -> Self {
        self.query.push((name, Required::False, schema));
        self
    }

    /// A JSON body within the usual limit.
    #[must_use]
    pub fn takes<T: ToSchema>(mut self) -> Self {
        let schema = self.schema_of::<T>();
        self.body = Some((schema, 0));
        self
    }

    /// A JSON body within the route's own limit, in bytes.
    #[must_use]
    pub fn takes_up_to<T: ToSchema>(mut self, limit: usize) -> Self {
        let schema = self.schema_of::<T>();
        self.body = Some((schema, limit));
        self
    }

    /// A JSON answer.
    #[must_use]
    pub fn answers<T: ToSchema>(mut self, status: StatusCode) -> Self {
        let schema = Some(self.schema_of::<T>());
        let media = Some("application/json");
        self.answers.push(Answer {
            status,
            media,
            schema,
        });
        self
    }

    /// An answer of another media type.
    #[must_use]
    pub fn sends(mut self, media: &'static str) -> Self {
        let (status, media, schema) = (StatusCode::OK, Some(media), None);
        self.answers.push(Answer {
            status,
            media,
            schema,
        });
        self
    }

    /// An answer without content.
    #[must_use]
    pub fn answers_nothing(mut self) -> Self {
        let (status, media, schema) = (StatusCode::NO_CONTENT, None, None);
        self.answers.push(Answer {
            status,
            media,
            schema,
        });
        self
    }

    /// The route's own limit of the body, where it states one.
    #[must_use]
    pub fn body_limit(&self) -> Option<usize> {
        self.body.as_ref().map(|(_, n)| *n).filter(|n| *n > 0)
    }

    /// The operation and the schemas that it names.
    #[must_use]
    pub fn build(self, path: &str, access: Access) -> (utoipa::openapi::path::Operation, Schemas) {
        let noun = path
            .split('/')
            .find(|s| !s.is_empty() && *s != "v1" && *s != "1.0");
        let mut operation = OperationBuilder::new()
            .summary(Some(self.summary))
            .tag(noun.unwrap_or("node"))
            .extensions(Some(
                ExtensionsBuilder::new()
                    .add("x-luyin-role", json!(access.as_str()))
                    .build(),
            ));
        for name in path_parameters(path) {
            let parameter = ParameterBuilder::new()
                .name(name)
                .parameter_in(ParameterIn::Path)
                .required(Required::True)
                .schema(Some(text()));
            operation = operation.parameter(parameter.build());
        }
        for (name, required, schema) in self.query {
            let parameter = ParameterBuilder::new()
                .name(name)
                .parameter_in(ParameterIn::Query)
                .required(required)
                .schema(Some(schema));
            operation = operation.parameter(parameter.build());
        }
        if let Some((schema, _)) = self.body {
            let body = RequestBodyBuilder::new()
                .required(Some(Required::True))
                .content("application/json", Content::new(Some(schema)));
            operation = operation.request_body(Some(body.build()));
        }
        for answer in self.answers {
            let words = answer.status.canonical_reason().unwrap_or_default();
            let shape = response(words, answer.media, answer.schema);
            operation = operation.response(answer.status.as_str(), shape);
        }
        let problem = RefOr::Ref(Ref::from_schema_name("Problem"));
        let refused = response("A refusal", Some(super::problem::MEDIA_TYPE), Some(problem));
        operation = operation.response("default", refused);
        if access != Access::Anyone {
            let signed = SecurityRequirement::new("httpSignature", Vec::<String>::new());
            operation = operation.security(signed);
        }
        (operation.build(), self.schemas)
    }
}

fn response(words: &str, media: Option<&str>, schema: Option<RefOr<Schema>>) -> Response {
    let mut response = ResponseBuilder::new().description(words);
    if let Some(media) = media {
        let content = ContentBuilder::new().schema(schema).build();
        response = response.content(media, content);
    }
    response.build()
}

fn path_parameters(path: &str) -> impl Iterator<Item = &str> {
    path.split('/')
        .filter_map(|s| s.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| name.trim_start_matches('*'))
}
