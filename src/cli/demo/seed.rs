//! What a demo network begins with: identifiers, accreditations, a policy, a risk list. What is there already is left.

use super::DemoError;
use super::cast::{Cast, Member};
use crate::app::App;
use crate::service::ServiceError;
use crate::service::submission::{Request, order};
use luyin_ledger::state::identity::Resolution;
use luyin_ledger::state::keys;
use luyin_protocol::attestation::AttestationKind;
use luyin_protocol::itinerary::Itinerary;
use luyin_protocol::policy::{DEFAULT_GRACE_MS, Policy, PolicyRef, Predicates, Thresholds};
use luyin_protocol::risk::RiskList;
use luyin_protocol::signature::Domain;
use luyin_protocol::time::Timestamp;
use luyin_protocol::tx::{
    Accredit, Approvals, DidCreate, Governance, GovernanceAction, Quota, Role, Tx,
};

/// The number of the policy of the walkthrough.
pub const POLICY: u16 = 1;

/// Submits what is missing.
pub async fn furnish(app: &App, cast: &Cast) -> Result<(), DemoError> {
    for player in &cast.players {
        if app
            .node()
            .state()
            .resolve(player.did)
            .map_err(ServiceError::from)?
            != Resolution::Unknown
        {
            continue;
        }
        let body = DidCreate::body(&player.document);
        let network = app.node().network().id();
        let signature = player.key.sign(Domain::Transaction, network, &body);
        let create = DidCreate {
            document: player.document.clone(),
            signature,
        };
        submit(app, Tx::DidCreate(create)).await?;
    }
    let state = app.node().state();
    let done = state.get(&keys::governance_sequence());
    let done = done.map_err(ServiceError::from)?.unwrap_or_default().get();
    // Effective after the block that publishes them, for which a consortium takes longer.
    let ahead_ms = if cast.nodes.len() > 1 { 10_000 } else { 3_000 };
    for sequence in 1u64.. {
        let soon = app.clock().now().plus_ms(ahead_ms);
        let all = (1u64..).zip(actions(cast, soon));
        let Some((_, action)) = all.into_iter().find(|(n, _)| *n == sequence) else {
            break;
        };
        if sequence > done {
            submit(app, governance(app, cast, sequence, action)).await?;
        }
    }
    Ok(())
}

async fn submit(app: &App, tx: Tx) -> Result<(), ServiceError> {
    let request = Request {
        kinds: &[],
        caller: None,
        key: None,
        body: &[],
    };
    order(app.node(), tx, &request).await.map(drop)
}

fn governance(app: &App, cast: &Cast, sequence: u64, action: GovernanceAction) -> Tx {
    let body = Governance::body(sequence, &action);
    let network = app.node().network().id();
    let approvals = Approvals {
        proposer: cast.proposer.public(),
        proposal: cast.proposer.sign(Domain::Governance, network, &body),
        approver: cast.approver.public(),
        approval: cast.approver.sign(Domain::Governance, network, &body),
        review: None,
    };
    Tx::Governance(Governance {
        sequence,
        action,
        approvals,
    })
}

/// The authority's first acts, always in this order: their numbers tell which are done.
fn actions(cast: &Cast, soon: Timestamp) -> Vec<GovernanceAction> {
    let attester = |kind| Role::Attester {
        kind,
        quota: Quota(10_000),
    };
    let mut roles = vec![
        (
            Member::Registrar,
            Role::Registrar {
                quota: Quota(10_000),
            },
        ),
        (Member::Laboratory, attester(AttestationKind::Test)),
        (Member::Laboratory, attester(AttestationKind::Vaccination)),
        (Member::Operator, attester(AttestationKind::Itinerary)),
        (Member::Thermometer, attester(AttestationKind::Reading)),
        (Member::Employer, Role::Employer),
        (Member::Regulator, Role::Regulator),
    ];
    if let Some(venue) = cast.did(Member::Employer) {
        roles.push((Member::Gate, Role::Gate { venue }));
    }
    let accredit = |(member, role): (Member, Role)| {
        let did = cast.did(member)?;
        Some(GovernanceAction::Accredit(Accredit { did, role }))
    };
    let mut actions: Vec<GovernanceAction> = roles.into_iter().filter_map(accredit).collect();
    actions.push(GovernanceAction::Policy(Box::new(return_to_work(soon))));
    actions.push(GovernanceAction::RiskList(Box::new(RiskList {
        version: 1,
        regions: Itinerary::default(),
        effective: soon,
        grace_ms: DEFAULT_GRACE_MS,
    })));
    actions
}

/// Return to work: fever from 37.3 degrees, no symptoms in 14 days, a current check-in, the ID compared.
pub fn return_to_work(effective: Timestamp) -> Policy {
    Policy {
        reference: PolicyRef {
            id: POLICY,
            version: 1,
        },
        name_zh: "复工通行".to_owned(),
        name_en: "Return to work".to_owned(),
        effective,
        grace_ms: DEFAULT_GRACE_MS,
        thresholds: Thresholds::standard(),
        predicates: Predicates {
            slot_lag: 1,
            min_normal: 1,
            window_a: 1,
            window_b: 0x3fff,
            max_test_age: None,
            min_doses: None,
            max_reading_age: None,
            max_itinerary_age: None,
            fresh_horizon: 14,
            fresh_normal: 7,
            show_mask: true,
        },
        paper: true,
        gate_code: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_policy_passes_its_own_check() {
        assert_eq!(return_to_work(Timestamp::new(1)).check(), Ok(()));
    }
}
