//! Serves pictures to the window from memory, under URLs of the scheme `eyebright:`.

use std::borrow::Cow;

use tauri::http::{Request, Response, StatusCode, header};
use tauri::{AppHandle, Manager};

use super::state::App;

/// Serves `/picture/ID` (an entry's picture) and `/screen` (the frozen screen).
pub fn serve(app: &AppHandle, request: &Request<Vec<u8>>) -> Response<Cow<'static, [u8]>> {
    let app = app.state::<App>();
    let path = request.uri().path();
    let jpeg = if path == "/screen" {
        app.view().screen.clone()
    } else {
        let id = path.strip_prefix("/picture/").and_then(|id| id.parse().ok());
        id.and_then(|id| app.picture(id))
    };
    let (status, body) = match jpeg {
        Some(jpeg) => (StatusCode::OK, jpeg),
        None => (StatusCode::NOT_FOUND, Vec::new()),
    };
    let mut response = Response::new(Cow::Owned(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("image/jpeg"));
    headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    response
}
