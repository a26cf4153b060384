//! The server's documents and its health.

use super::*;

/// Returns what a route of this family takes and answers; `None` for other routes.
pub(super) fn shape(route: Route, _: Tree) -> Option<Bodies> {
    Some(match route {
        Route::OpenApi => says(200, json!({"type": "object"})).about("This document"),
        Route::AsyncApi => says(200, json!({"type": "object"})).about("The document of the sockets"),
        Route::Healthz => says(200, object([("status", words(&["ok"]))])).about("Whether the server is alive"),
        Route::Readyz => says(200, health()).or(503, health()).about("Whether the server can do its work"),
        _ => return None,
    })
}

fn health() -> Json {
    let health = object([("status", words(&["ready", "degraded", "unavailable"])), ("store", flag())]);
    perhaps(health, [("backplane", flag())])
}
