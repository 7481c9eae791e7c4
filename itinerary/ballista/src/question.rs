//! The question of `luyin-itinerary derive` in SQL, as it is put to DuckDB as well: stays of four hours within one Beijing day.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;

use anyhow::{Context as _, Result};
use ballista_core::extension::{SessionConfigExt as _, SessionStateExt as _};
use datafusion::arrow::array::{ArrayRef, AsArray as _};
use datafusion::arrow::datatypes::{DataType, Field, Int64Type, Schema};
use datafusion::execution::{SessionState, SessionStateBuilder};
use datafusion::prelude::{CsvReadOptions, ParquetReadOptions, SessionConfig, SessionContext};
use luyin_itinerary::Delivery;
use luyin_itinerary_engine::bench::Sum;
use luyin_protocol::time::Day;

/// Parts of a stage: more than one executor takes at once.
const PARTS: usize = 4;

/// Puts the question to a scheduler; the sums of each day.
pub async fn ask(
    scheduler: SocketAddr,
    drop: &Path,
    places: &Path,
) -> Result<BTreeMap<String, Sum>> {
    let session = session(scheduler)?;
    let text = |name| Field::new(name, DataType::Utf8, false);
    let schema = Schema::new(vec![
        text("code"),
        Field::new("region", DataType::Int64, false),
    ]);
    let table = CsvReadOptions::new().schema(&schema);
    session
        .register_csv("places", places.to_string_lossy(), table)
        .await?;
    let mut parts = Vec::new();
    for (nth, delivery) in Delivery::all_in(drop)?.iter().enumerate() {
        let folder = delivery.files.first().and_then(|file| file.parent());
        let folder = folder.context("a delivery without files")?;
        let (name, path) = (format!("delivery{nth}"), format!("{}/", folder.display()));
        session
            .register_parquet(&name, path, ParquetReadOptions::default())
            .await?;
        let received = delivery.moment.timestamp().get() / 1000;
        parts.push(format!(
            "SELECT *, CAST({received} AS BIGINT) AS received FROM {name}"
        ));
    }
    let rows = session.sql(&question(&parts)).await?.collect().await?;
    let mut sums = BTreeMap::new();
    for batch in rows {
        let [days, stays, sum] = batch.columns() else {
            anyhow::bail!("three columns were asked for");
        };
        let number = |column: &ArrayRef, row| column.as_primitive::<Int64Type>().value(row);
        for row in 0..batch.num_rows() {
            let day = Day::new(u16::try_from(number(days, row))?).to_iso();
            let sum = Sum {
                stays: u64::try_from(number(stays, row))?,
                sum: u64::try_from(number(sum, row))?,
            };
            sums.insert(day, sum);
        }
    }
    Ok(sums)
}

fn session(scheduler: SocketAddr) -> Result<SessionContext> {
    let config = SessionConfig::new_with_ballista().with_target_partitions(PARTS);
    let state: SessionState = SessionStateBuilder::new()
        .with_default_features()
        .with_config(config)
        .build();
    let state = state.upgrade_for_ballista(format!("http://{scheduler}"))?;
    Ok(SessionContext::new_with_state(state))
}

fn question(deliveries: &[String]) -> String {
    format!(
        "WITH event AS ({}),
        judged AS (
            SELECT event.subscriber, (event.time + 28800) / 86400 AS day, event.time, places.region
            FROM event JOIN places ON places.code = event.region
            WHERE event.subscriber >= CAST(9223372036854775808 AS BIGINT UNSIGNED) AND event.time >= 1546272000
              AND event.time <= event.received AND event.received - event.time <= 172800
              AND event.kind IN ('attach', 'update', 'handover', 'call', 'message', 'data', 'roaming', 'detach')
        ),
        stays AS (
            SELECT subscriber, day, region FROM judged GROUP BY subscriber, day, region HAVING max(time) - min(time) >= 14400
        )
        SELECT day, count(*), CAST(sum((CAST(subscriber % 1000000007 AS BIGINT) * (region + 1)) % 1000000007) % 1000000007 AS BIGINT)
        FROM stays GROUP BY day ORDER BY day",
        deliveries.join(" UNION ALL ")
    )
}
