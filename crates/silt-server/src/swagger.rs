//! The interactive documentation at `/api.html`. Everything comes from the binary: the page may
//! not load from or talk to another host, and its security policy makes browsers hold it to that.

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::http::header;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use utoipa_swagger_ui::Config;

use crate::error::Problem;

/// Addresses are relative, so that the page works below any path of a proxy.
const PAGE: &str = r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Silt: API</title>
<link rel="stylesheet" href="api-ui/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="api-ui/swagger-ui-bundle.js"></script>
<script src="api-ui/start.js"></script>
</body>
</html>
"#;

/// `validatorUrl` is set because its default is a service on another host.
const START: &str = r##"window.addEventListener("load", () => {
  SwaggerUIBundle({
    url: "api",
    dom_id: "#swagger-ui",
    deepLinking: true,
    validatorUrl: null,
    presets: [SwaggerUIBundle.presets.apis],
  });
});
"##;

const SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
                               img-src 'self' data:; connect-src 'self'; base-uri 'none'; \
                               form-action 'none'; frame-ancestors 'self'";

/// The documentation page and its files.
pub(crate) fn routes() -> Router {
    Router::new()
        .route("/api.html", get(page))
        .route("/docs", get(|| async { Redirect::permanent("api.html") }))
        .route("/api-ui/{file}", get(file))
}

async fn page() -> impl IntoResponse {
    (
        [
            (header::CONTENT_SECURITY_POLICY, SECURITY_POLICY),
            (header::REFERRER_POLICY, "no-referrer"),
        ],
        Html(PAGE),
    )
}

async fn file(Path(name): Path<String>) -> Result<Response, Problem> {
    const A_DAY: (header::HeaderName, &str) = (header::CACHE_CONTROL, "public, max-age=86400");
    let no_such_file = || Problem::not_found("the documentation has no such file");
    match name.as_str() {
        "start.js" => {
            let media_type = (header::CONTENT_TYPE, "text/javascript; charset=utf-8");
            Ok(([media_type, A_DAY], START).into_response())
        }
        "swagger-ui.css" | "swagger-ui-bundle.js" => {
            let found = utoipa_swagger_ui::serve(&name, Arc::new(Config::default()));
            let file = found.ok().flatten().ok_or_else(no_such_file)?;
            let media_type = [(header::CONTENT_TYPE, file.content_type)];
            Ok((media_type, [A_DAY], file.bytes.into_owned()).into_response())
        }
        _ => Err(no_such_file()),
    }
}
