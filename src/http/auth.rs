//! Who may call a route. Every route states it; what states nothing does not exist. Wallet routes take no credential at
//! all, organisations and nodes sign (clause 9.2).

use super::budget::{Budgets, Rate, Spent};
use super::nonce::{Nonce, Nonces};
use super::signer::Signer;
use crate::app::App;
use crate::config::{HttpConfig, LimitsConfig};
use crate::service::error::{Busy, CallerError, RequestError, ServiceError};
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use luyin_device::http_signature::{Message, Presented};
use luyin_ledger::state::keys;
use luyin_protocol::did::Did;
use luyin_protocol::tx::Role;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::time::Instant;

/// Who may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anyone, without a credential.
    Anyone,
    /// An organisation that enrols persons.
    Registrar,
    /// An organisation that attests anything.
    Attester,
    /// A gate.
    Gate,
    /// A regulator.
    Regulator,
    /// A node of the network.
    Node,
}

impl Access {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Anyone,
        Self::Registrar,
        Self::Attester,
        Self::Gate,
        Self::Regulator,
        Self::Node,
    ];

    /// The name in the OpenAPI document.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Anyone => "anyone",
            Self::Registrar => "registrar",
            Self::Attester => "attester",
            Self::Gate => "gate",
            Self::Regulator => "regulator",
            Self::Node => "node",
        }
    }

    /// Whether an accreditation opens the route.
    const fn opens(self, role: &Role) -> bool {
        match self {
            Self::Anyone => true,
            // Founded, not accredited.
            Self::Node => false,
            Self::Registrar => matches!(role, Role::Registrar { .. }),
            Self::Attester => matches!(role, Role::Attester { .. }),
            Self::Gate => matches!(role, Role::Gate { .. }),
            Self::Regulator => matches!(role, Role::Regulator),
        }
    }
}

/// The organisation that signed a request, proved and accredited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller(pub Did);

/// The node that signed a request, by its place in the founding data, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallingNode(pub u8);

/// What is remembered of callers.
#[derive(Debug)]
pub struct Guards {
    authorities: Vec<String>,
    addresses: Budgets<IpAddr>,
    organisations: Budgets<Did>,
    nonces: Nonces<Signer>,
}

impl Guards {
    /// Guards with the configured limits.
    #[must_use]
    pub fn new(http: &HttpConfig, limits: &LimitsConfig) -> Self {
        let rate = |per_second, burst| Rate { per_second, burst };
        let addresses = rate(limits.address_per_second, limits.address_burst);
        let organisations = rate(limits.key_per_second, limits.key_burst);
        Self {
            authorities: http
                .authorities
                .iter()
                .map(|a| a.to_ascii_lowercase())
                .collect(),
            addresses: Budgets::new(addresses, limits.remembered),
            organisations: Budgets::new(organisations, limits.remembered),
            nonces: Nonces::new(limits.remembered),
        }
    }
}

/// One route's guard: who may call it and how long its body may be.
#[derive(Clone, Debug)]
pub struct Guard {
    /// The application.
    pub app: App,
    /// Who may call.
    pub access: Access,
    /// The longest body, in bytes.
    pub body_limit: usize,
}

/// Lets a request through, or answers it.
pub async fn guard(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    match admit(&guard, request).await {
        Ok(request) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    }
}

async fn admit(guard: &Guard, request: Request) -> Result<Request, ServiceError> {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    if let Some(ConnectInfo(peer)) = peer {
        let budget = &guard.app.guards().addresses;
        if budget.spend(&prefix_of(peer.ip()), Instant::now()) == Spent::Exceeded {
            return Err(Busy::Address.into());
        }
    }
    let (mut parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, guard.body_limit)
        .await
        .map_err(|_| RequestError::TooLong(guard.body_limit))?;
    if guard.access != Access::Anyone {
        match authenticate(guard, &parts, &body)? {
            Signer::Organisation(did) => drop(parts.extensions.insert(Caller(did))),
            Signer::Node(place) => drop(parts.extensions.insert(CallingNode(place))),
        }
    }
    Ok(Request::from_parts(parts, Body::from(body)))
}

/// IPv6 callers own whole networks of addresses; the first 64 bits are the caller.
fn prefix_of(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => IpAddr::V4(v4),
            None => {
                let [a, b, c, d, ..] = v6.segments();
                IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
        },
    }
}

/// Checks the signature, that it is of now and new, and that the signer holds the role.
fn authenticate(
    guard: &Guard,
    parts: &axum::http::request::Parts,
    body: &Bytes,
) -> Result<Signer, ServiceError> {
    let guards = guard.app.guards();
    let now = guard.app.clock().now();
    let fields = fields(&parts.headers)?;
    let uri = &parts.uri;
    let host = fields
        .iter()
        .find(|(name, _)| *name == header::HOST.as_str());
    let authority = uri
        .authority()
        .map(axum::http::uri::Authority::as_str)
        .or(host.map(|(_, value)| *value))
        .ok_or(CallerError::Authority)?;
    let known = guards.authorities.contains(&authority.to_ascii_lowercase());
    if !guards.authorities.is_empty() && !known {
        return Err(CallerError::Authority.into());
    }
    let message = Message {
        method: parts.method.as_str(),
        authority,
        path: uri.path(),
        query: uri.query(),
        fields: &fields,
    };
    let presented = Presented::read(&message, body, now).map_err(CallerError::from)?;
    let signer = Signer::named(presented.key_id())?;
    let key = signer.key(guard.app.node())?;
    presented
        .verify(&message, &key)
        .map_err(CallerError::from)?;
    // From here on the sender is known: only now may it use up nonces and its budget. What a node hands over is bounded by
    // its share of the queue.
    if let Signer::Organisation(did) = signer
        && guards.organisations.spend(&did, Instant::now()) == Spent::Exceeded
    {
        return Err(Busy::Organisation.into());
    }
    match guards
        .nonces
        .take(signer, presented.nonce(), presented.forget_after(), now)
    {
        Nonce::Fresh => {}
        Nonce::Used => return Err(CallerError::NonceUsed.into()),
        Nonce::NoRoom => return Err(Busy::Organisation.into()),
    }
    let opens = match signer {
        Signer::Node(_) => guard.access == Access::Node,
        Signer::Organisation(did) => {
            let state = guard.app.node().state();
            let roles = state.all(&keys::accreditations_of(did))?;
            roles.iter().any(|(_, held)| guard.access.opens(&held.role))
        }
    };
    if opens {
        Ok(signer)
    } else {
        Err(CallerError::Role.into())
    }
}

fn fields(headers: &HeaderMap) -> Result<Vec<(&str, &str)>, CallerError> {
    use luyin_device::http_signature::SignatureError;
    headers
        .iter()
        .map(|(name, value)| {
            let value = value
                .to_str()
                .map_err(|_| SignatureError::Malformed("a header that is not ASCII"))?;
            Ok((name.as_str(), value))
        })
        .collect()
}
