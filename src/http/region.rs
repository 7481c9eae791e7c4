//! `/v1/regions`.

use super::reply::Json;
use crate::service::region::{self, RegionsView};

pub async fn table() -> Json<RegionsView> {
    Json(region::table())
}
