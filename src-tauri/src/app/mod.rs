//! The desktop app: puts the session, its companions, the windows, the tray and the hotkeys together.

mod archive;
mod commands;
mod display;
mod hearing;
mod history;
mod model;
mod packs;
mod pictures;
mod shelf;
mod sight;
mod state;
mod thumbnail;
mod tray;
mod voice;

use std::path::Path;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use tauri::{AppHandle, DragDropEvent, Manager, RunEvent, Window, WindowEvent};

#[cfg(target_os = "linux")]
pub use display::tell;
pub use state::App;

use crate::cli::desktop::Request;
use crate::contract::Place;
use crate::fault::Fault;
use crate::hotkeys;
use crate::session::{self, Event, Machine, Source, owner};
use crate::settings::Store;
use crate::stopwatch::Stopwatch;
use crate::voice::earcons::Earcons;
use crate::voice::talker::Talker;

/// Label of the window.
const MAIN: &str = "main";
/// Label of the window in which a region is chosen.
const REGION: &str = "region";

/// Runs the app until the person quits. A second start hands its arguments to the first and returns at once.
pub fn run(request: Request) -> Result<(), Fault> {
    if !has_desktop() {
        return Err(no_desktop("there is no screen"));
    }
    let built = tauri::Builder::default()
        // First of all plugins, so that a second start does nothing but hand over.
        .plugin(tauri_plugin_single_instance::init(|app, arguments, folder| {
            let handle = app.clone();
            // On the main thread, which comes to it once this start is done. A loop that has ended wants nothing more.
            let _ = app.run_on_main_thread(move || second_start(&handle, &arguments, Path::new(&folder)));
        }))
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_global_shortcut::Builder::new().build())
        .plugin(
            tauri_plugin_autostart::Builder::new()
                .arg("open")
                .arg("--hidden")
                .build(),
        )
        .register_uri_scheme_protocol(pictures::SCHEME, |context, request| {
            pictures::serve(context.app_handle(), &request)
        })
        .invoke_handler(tauri::generate_handler![commands::snapshot, commands::send])
        .on_window_event(window_event)
        .setup(move |app| {
            start(app.handle(), &request)?;
            Ok(())
        })
        .build(tauri::generate_context!());
    let app = built.map_err(no_desktop)?;
    app.run(|_, event| {
        // Without a window the app lives on in the tray and by its hotkeys.
        if let RunEvent::ExitRequested { api, code: None, .. } = event {
            api.prevent_exit();
        }
    });
    Ok(())
}

fn no_desktop(reason: impl std::fmt::Display) -> Fault {
    let message = format!("The window cannot be opened: {reason}. Start Eyebright in a desktop session.");
    Fault::new("no_desktop", message)
}

/// The library that opens windows on Linux panics where there is no screen to open them on.
fn has_desktop() -> bool {
    #[cfg(target_os = "linux")]
    if !crate::platform::is_wayland() {
        return x11rb::connect(None).is_ok();
    }
    true
}

fn start(app: &AppHandle, request: &Request) -> Result<(), Box<dyn std::error::Error>> {
    let folder = dirs::config_dir().ok_or("there is no folder for settings")?;
    let file = folder.join("eyebright").join("settings.toml");
    let first_run = !file.exists();
    let (store, settings, problems) = Store::open(file);

    let (events, inbox) = mpsc::channel();
    let talker = Talker::start(Box::new(crate::voice::system), state::manner(&settings), events.clone());
    let model = model::Model::new(&settings, events.clone());
    let hidden = request.hidden || settings.start_hidden;
    let hotkeys = settings.hotkeys.clone();
    app.manage(App::new(
        events.clone(),
        store,
        settings,
        talker.clone(),
        model.clone(),
        first_run,
    ));

    let state = app.state::<App>();
    let machine = Machine::new(state.options(), archive::now_ms());
    let senses = owner::Senses {
        see: Arc::new(sight::Sight {
            app: app.clone(),
            model: model.clone(),
        }),
        describe: Arc::new(model),
        label: Arc::new(shelf::Labels),
        search: Arc::new(shelf::Shelf(app.clone())),
        listen: Arc::new(hearing::Hearing(app.clone())),
        talk: Box::new(voice::Voice::new(app.clone(), talker, events.clone())),
        play: Box::new(voice::Sounds::new(app.clone(), Earcons::start())),
        display: Box::new(display::Windows(app.clone())),
        remember: Box::new(shelf::Shelf(app.clone())),
        clock: Box::new(Stopwatch::start()),
    };
    owner::start(machine, senses, events, inbox);

    hotkeys::register(app, &hotkeys, problems);
    tray::build(app, &state.strings());
    // A first run by ear needs no window, but one that nobody sees would be a riddle to those who do.
    if !hidden || first_run {
        display::show_main(app, if first_run { Place::Welcome } else { Place::Heard });
    }
    if first_run {
        state.send(Event::Announce(state.welcome()));
    }
    fulfil(app, request);
    Ok(())
}

/// Describes the files, does the action that a start of the program asks for.
fn fulfil(app: &AppHandle, request: &Request) {
    let state = app.state::<App>();
    if !request.files.is_empty() {
        let sources = request.files.iter().cloned().map(Source::File).collect();
        state.send(Event::Open(sources));
    }
    if let Some(action) = request.action {
        state.send(Event::Act(action));
    }
}

/// Another start of the program: what it asks for is done here; one that asks for nothing brings the window up.
fn second_start(app: &AppHandle, arguments: &[String], folder: &Path) {
    let mut request = Request::from_arguments(arguments);
    for file in &mut request.files {
        *file = folder.join(&*file);
    }
    if request == Request::default() {
        display::show_main(app, Place::Heard);
    }
    fulfil(app, &request);
}

fn window_event(window: &Window, event: &WindowEvent) {
    let app = window.state::<App>();
    match event {
        WindowEvent::DragDrop(DragDropEvent::Drop { paths, .. }) => {
            let sources = paths.iter().cloned().map(Source::File).collect();
            app.send(Event::Open(sources));
        }
        WindowEvent::CloseRequested { .. } if window.label() == REGION => {
            app.send(Event::Act(session::Action::Stop));
        }
        _ => {}
    }
}

/// Long enough for the sound server to play what was said last.
const LAST_WORDS: Duration = Duration::from_millis(50);

/// Ends the app: silent first, so that no voice goes on without it.
fn quit(app: &AppHandle) {
    app.state::<App>().send(Event::Act(session::Action::Stop));
    std::thread::sleep(LAST_WORDS);
    app.exit(0);
}
