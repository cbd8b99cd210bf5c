//! The icon in the tray and its menu.

use eyebright_domain::{Action, Strings};
use eyebright_session::Event;
use tauri::menu::{MenuBuilder, MenuItem};
use tauri::tray::TrayIconBuilder;
use tauri::{AppHandle, Manager};

use super::display::show_main;
use super::quit::quit;
use super::state::App;
use crate::contract::Place;

/// Adds the tray icon. On desktops without a tray the app works without it.
pub fn build(app: &AppHandle, strings: &Strings) {
    // The library for tray icons on Linux panics if a part of it is not installed.
    let built = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| try_build(app, strings)));
    drop(built);
}

fn try_build(app: &AppHandle, strings: &Strings) -> tauri::Result<()> {
    let item = |id: &str, key: &str| MenuItem::with_id(app, id, strings.get(key), true, None::<&str>);
    let mut menu = MenuBuilder::new(app);
    for action in Action::ALL.into_iter().filter(|action| action.is_in_tray()) {
        menu = menu.item(&item(action.name(), &format!("tray.{}", action.name()))?);
    }
    let menu = menu
        .separator()
        .item(&item("open", "tray.open")?)
        .item(&item("settings", "ui.settings.heading")?)
        .item(&item("quit", "tray.quit")?)
        .build()?;
    let mut tray = TrayIconBuilder::new()
        .menu(&menu)
        .tooltip("Eyebright")
        .on_menu_event(|app, event| {
            let id = event.id().as_ref();
            match id {
                "open" => show_main(app, Place::Heard),
                "settings" => show_main(app, Place::Settings),
                "quit" => quit(app),
                _ => {
                    if let Some(action) = Action::ALL.into_iter().find(|action| action.name() == id) {
                        app.state::<App>().send(Event::Act(action));
                    }
                }
            }
        });
    if let Some(icon) = app.default_window_icon() {
        tray = tray.icon(icon.clone());
    }
    tray.build(app)?;
    Ok(())
}
