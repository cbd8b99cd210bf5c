//! Fetches and removes packs for the window. The app's only network access, and only on request.

use std::thread;

use eyebright_domain::Fault;
use eyebright_session::Event;
use eyebright_store::packs::{self, Listed};
use tauri::{AppHandle, Manager};

use super::display::tell;
use super::state::App;

/// Starts fetching a pack in the background. The start and the result are announced.
pub fn fetch(handle: &AppHandle, app: &App, name: &str) -> Result<(), Fault> {
    let pack = packs::known(name)?;
    if !app.view().coming.insert(pack.name.clone()) {
        return Ok(());
    }
    let megabytes = format!("{:.0}", pack.bytes() as f64 / 1e6);
    let fields = [("title", pack.summary.as_str()), ("size", &megabytes)];
    app.send(Event::Notice(app.strings().fill("say.pack.coming", &fields)));
    tell(handle, &app.packs_update());
    let handle = handle.clone();
    thread::spawn(move || {
        let fetched = packs::fetch(pack);
        let app = handle.state::<App>();
        app.view().coming.remove(&pack.name);
        app.assistant().forgive();
        tell(&handle, &app.packs_update());
        app.send(match fetched {
            Ok(_) => Event::Notice(about(&app, "say.pack.here", pack)),
            Err(fault) => Event::Trouble(fault),
        });
    });
    Ok(())
}

/// Deletes a fetched pack.
pub fn remove(handle: &AppHandle, app: &App, name: &str) -> Result<(), Fault> {
    let pack = packs::known(name)?;
    packs::remove(pack)?;
    app.assistant().forgive();
    tell(handle, &app.packs_update());
    app.send(Event::Notice(about(app, "say.pack.removed", pack)));
    Ok(())
}

fn about(app: &App, key: &str, pack: &Listed) -> String {
    app.strings().fill(key, &[("title", &pack.summary)])
}
