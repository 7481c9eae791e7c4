//! The table of routes: method, path, who may call, handler, what the OpenAPI document says. What is not here is refused.

use super::auth::Access::{Anyone, Attester, Gate, Node, Registrar, Regulator};
use super::operation::{integer, op, text};
use super::table::{Assembled, Table};
use super::{
    appeal, attestation, audit, bucket, desk, did, entry, epoch, forest, gate, governance,
    handover, health, key, network, news, notice, page, policy, region, submission, tile,
};
use crate::app::App;
use crate::clock::Clock;
use crate::service as s;
use crate::service::submission::{ReceiptView, Submission};
use axum::Router;
use axum::http::StatusCode;
use utoipa::openapi::OpenApi;

const OK: StatusCode = StatusCode::OK;
const CREATED: StatusCode = StatusCode::CREATED;

/// All routes of a node, as section 9.3 lists them, and the document that describes them.
pub fn routes(app: &App) -> (Router<App>, OpenApi) {
    let table = organisations(reading(Table::new(app.clone())));
    let mut table = pages(desks(wallet(submissions(table))));
    if matches!(app.clock(), Clock::Settable(_)) {
        table = table.post(
            "/dev/clock",
            Anyone,
            network::set_clock,
            op("Set a development network's clock forward")
                .takes::<s::network::ClockSetting>()
                .answers::<s::network::NetworkView>(OK),
        );
    }
    let Assembled { router, document } = table.assemble();
    app.set_openapi(document.to_json().unwrap_or_default());
    (router, document)
}

/// Boxes in which a request waits for a registrar (clause 9.7).
#[rustfmt::skip]
fn desks(table: Table) -> Table {
    table
        .post("/v1/desks", Registrar, desk::open, op("Open a box for a request").takes::<s::desk::DeskOpening>().answers::<s::desk::DeskView>(CREATED))
        .post("/v1/desks/{box}/request", Anyone, desk::put, op("Put a sealed request into an open box").takes_up_to::<s::desk::SealedRequest>(desk::REQUEST_LIMIT).answers::<s::desk::DeskView>(CREATED))
        .get("/v1/desks/{box}/request", Registrar, desk::take, op("The sealed request, once it has come").answers::<s::desk::SealedRequest>(OK))
        .delete("/v1/desks/{box}", Registrar, desk::close, op("Close a box").answers_nothing())
}

/// Pages for browsers. What was not built is not found.
#[rustfmt::skip]
fn pages(table: Table) -> Table {
    let entry = || op("An entry's page, or a file beside the entries").sends("text/html");
    table
        .get("/", Anyone, page::home, op("The first page").sends("text/html"))
        .get("/{entry}", Anyone, page::entry, entry())
        .get("/{entry}/", Anyone, page::entry, entry())
        .get("/{entry}/index.html", Anyone, page::entry, entry())
        .get("/assets/{file}", Anyone, page::asset, op("A file whose name holds its hash").sends("application/octet-stream"))
}

#[rustfmt::skip]
fn reading(table: Table) -> Table {
    table
        .get("/healthz", Anyone, health::live, op("Whether the process runs").answers::<health::HealthView>(OK))
        .get("/readyz", Anyone, health::ready, op("Whether transactions are taken").answers::<health::HealthView>(OK))
        .get("/metrics", Anyone, health::metrics, op("Figures for Prometheus").sends("text/plain"))
        .get("/openapi.json", Anyone, health::openapi, op("This document").sends("application/json"))
        .get("/v1/network", Anyone, network::show, op("The network and the node's clock").answers::<s::network::NetworkView>(OK))
        .get("/v1/clock", Anyone, network::clock, op("The node's clock, and whose it is").answers::<s::network::ClockView>(OK))
        .get("/v1/keys/manifest.json", Anyone, key::manifest, op("Proving and verifying keys with their hashes").sends("application/json"))
        .get("/v1/keys/{file}", Anyone, key::file, op("A key file that the manifest names").sends("application/octet-stream"))
        .get("/v1/regions", Anyone, region::table, op("The region table").answers::<s::region::RegionsView>(OK))
        .get("/v1/policies", Anyone, policy::policies, op("All versions of all policies").answers::<s::policy::PoliciesView>(OK))
        .get("/v1/risk-lists", Anyone, policy::risk_lists, op("All versions of the risk list").answers::<s::policy::RiskListsView>(OK))
        .get("/v1/notices", Anyone, notice::standing, op("Risk notices that stand").answers::<s::notice::NoticesView>(OK))
        .get("/v1/appeals", Anyone, appeal::after, op("Appeals by rising entry, with their clock and their answers").option("after", integer()).answers::<s::appeal::AppealsView>(OK))
        .get("/v1/appeals/statistics", Anyone, appeal::statistics, op("How appeals went").answers::<s::appeal::AppealStatisticsView>(OK))
        .get("/v1/releases", Anyone, notice::releases, op("The values released for a day").query("day", integer()).answers::<s::notice::ReleasesView>(OK))
        .get("/v1/governance/next", Anyone, governance::next, op("The next governance sequence number, and what two signatures reach").answers::<s::governance::NextView>(OK))
        .get("/v1/attestations/roots", Anyone, attestation::root, op("A day's live attestation root").query("day", integer()).answers::<s::attestation::AttestationRootView>(OK))
        .get("/v1/checkpoints/{size}", Anyone, tile::checkpoint_of, op("This node's own checkpoint of a size, for nodes that gather signatures").sends("text/plain"))
        .get("/checkpoint", Anyone, tile::checkpoint, op("The newest signed checkpoint").sends("text/plain"))
        .get("/tile/{*path}", Anyone, tile::tile, op("A tile of the log").sends("application/octet-stream"))
        .get("/v1/proofs/inclusion", Anyone, entry::inclusion, op("That an entry is in the log").query("entry", integer()).option("size", integer()).answers::<s::entry::HashesView>(OK))
        .get("/v1/proofs/consistency", Anyone, entry::consistency, op("That the log only grew").query("from", integer()).option("size", integer()).answers::<s::entry::HashesView>(OK))
        .get("/v1/entries/{index}", Anyone, entry::show, op("An entry of the log").answers::<s::entry::EntryView>(OK))
        .get("/1.0/identifiers/{did}", Anyone, did::resolve, op("Resolve an identifier").option("versionId", text()).option("versionTime", text()).sends(s::did::RESULT))
}

#[rustfmt::skip]
fn wallet(table: Table) -> Table {
    table
        .get("/v1/news", Anyone, news::show, op("What a wallet looks at again and again").answers::<s::news::NewsView>(OK))
        .get("/v1/epochs", Anyone, epoch::after, op("Epoch roots by rising number").option("after", integer()).answers::<s::epoch::EpochsView>(OK))
        .get("/v1/forest", Anyone, forest::show, op("Sizes of the note forest").answers::<s::forest::ForestView>(OK))
        .get("/forest/{*path}", Anyone, forest::file, op("A tile of a Poseidon tree").sends("application/octet-stream"))
        .get("/v1/nullifiers", Anyone, bucket::spends, op("A bucket of spends").query("bucket", integer()).query("bits", integer()).answers::<s::bucket::SpendsView>(OK))
        .get("/v1/nullifiers/bits", Anyone, bucket::spend_bits, op("How finely spends may be asked for").answers::<s::bucket::BitsView>(OK))
        .get("/v1/enrolments", Anyone, bucket::enrolments, op("A bucket of enrolments").query("bucket", integer()).query("bits", integer()).answers::<s::bucket::EnrolmentsView>(OK))
        .get("/v1/enrolments/bits", Anyone, bucket::enrolment_bits, op("How finely enrolments may be asked for").answers::<s::bucket::BitsView>(OK))
        .post("/v1/checkins", Anyone, submission::checkin, op("Check in").takes::<Submission>().answers::<ReceiptView>(CREATED))
        .post("/v1/absorbs", Anyone, submission::absorb, op("Take an attestation into a note").takes::<Submission>().answers::<ReceiptView>(CREATED))
        .post("/v1/appeals", Anyone, submission::appeal, op("Appeal against a notice about oneself").takes::<Submission>().answers::<ReceiptView>(CREATED))
}

#[rustfmt::skip]
fn submissions(table: Table) -> Table {
    table
        .post("/v1/dids", Anyone, submission::did, op("Create, update or deactivate an identifier").takes::<Submission>().answers::<ReceiptView>(CREATED))
        .post("/v1/governance", Anyone, submission::govern, op("Act as the authority; two roles sign inside").takes::<Submission>().answers::<ReceiptView>(CREATED))
        .post("/v1/releases", Anyone, submission::release, op("Release a day's values; three trustees sign inside").takes::<Submission>().answers::<ReceiptView>(CREATED))
        .post("/v1/enrolments", Registrar, submission::enrol, op("Enrol a person").takes::<Submission>().answers::<ReceiptView>(CREATED))
        .post("/v1/attestations", Attester, submission::attest, op("State attestations").takes::<Submission>().answers::<ReceiptView>(CREATED))
        .post("/v1/handovers", Node, handover::take, op("Hand over what another node took").takes_up_to::<s::handover::HandOver>(s::handover::LIMIT).answers::<s::handover::HandOverView>(OK))
        .get("/v1/attestations/own", Attester, attestation::own, op("What the caller may attest today").answers::<s::attestation::OwnTermsView>(OK))
        .post("/v1/attestations/withdrawals", Attester, submission::withdraw, op("Take attestations back").takes::<Submission>().answers::<ReceiptView>(CREATED))
}

#[rustfmt::skip]
fn organisations(table: Table) -> Table {
    table
        .get("/v1/gate/bundle", Gate, gate::bundle, op("A signed bundle").sends("application/octet-stream"))
        .get("/v1/gate/list", Gate, gate::list, op("The signed list of live notices' values, in addition to a bundle").query("bundle", text()).query("until", integer()).sends("application/octet-stream"))
        .post("/v1/gate/walk-ins", Gate, gate::walk_in, op("Use a walk-in pass once among all gates").takes::<gate::WalkInUse>().answers::<gate::WalkInView>(OK))
        .post("/v1/gate/records", Gate, gate::records, op("Store and anchor a batch of records").takes_up_to::<s::gate::filing::Filing>(gate::RECORDS_LIMIT).answers::<ReceiptView>(CREATED))
        .get("/v1/gate/batches/next", Gate, gate::next_batch, op("The gate's next batch number").answers::<s::gate::filing::NextBatchView>(OK))
        .get("/v1/audit/records", Regulator, audit::records, op("Gates' records").option("gate", text()).option("from", integer()).option("to", integer()).option("after", text()).option("limit", integer()).answers::<s::audit::records::RecordsView>(OK))
        .get("/v1/audit/records/{gate}/{batch}/{index}", Regulator, audit::record, op("One record with its place under the anchor").answers::<s::audit::records::OneRecordView>(OK))
        .post("/v1/audit/verify", Regulator, audit::verify, op("Verify proofs and derive verdicts again").takes::<s::audit::verify::Range>().answers::<s::audit::verify::Findings>(OK))
        .get("/v1/audit/actions", Regulator, audit::actions, op("Everything the authority did").answers::<s::audit::actions::ActionsView>(OK))
        .get("/v1/audit/attempts", Regulator, audit::attempts, op("Refused attempts of the authority").option("after", integer()).answers::<s::audit::attempts::AttemptsView>(OK))
        .get("/v1/audit/alarms", Regulator, audit::alarms, op("A day's alarms about issuers").option("day", integer()).answers::<s::audit::alarms::AlarmsView>(OK))
        .get("/v1/audit/releases", Regulator, audit::releases, op("The values released for a day, of lifted notices too").query("day", integer()).answers::<s::audit::releases::DatedReleasesView>(OK))
        .get("/v1/audit/report", Regulator, audit::report, op("A signed report").option("from", integer()).option("to", integer()).answers::<s::audit::report::SignedReport>(OK))
        .get("/v1/audit/reads", Regulator, audit::reads, op("The log of reads").option("after", integer()).answers::<s::audit::reads::ReadsView>(OK))
}
