//! Starts the app: creates its parts and connects them.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{self, Sender};

use eyebright_assistant::Stopwatch;
use eyebright_domain::{Action, Fault, Request};
use eyebright_platform::display::has_display;
use eyebright_platform::voice::earcons::Earcons;
use eyebright_platform::voice::talker::Talker;
use eyebright_session::{Event, Machine, Ports, Source, owner};
use eyebright_store::settings::{Settings, Store};
use tauri::{AppHandle, DragDropEvent, Manager, RunEvent, Window, WindowEvent};

use super::address::SCHEME;
use super::archive;
use super::labels::REGION;
use super::state::{self, App};
use super::{commands, describing, display, hearing, hotkeys, pictures, shelf, sight, tray, voice};
use crate::contract::Place;

/// Parses the arguments of a second start of the program.
pub type FurtherStart = fn(&[String]) -> Request;

/// Runs the app until the person quits. A second start passes its arguments to the first, which parses them with
/// `further`, and returns at once.
pub fn run(request: Request, further: FurtherStart) -> Result<(), Fault> {
    if !has_display() {
        return Err(no_desktop("there is no screen"));
    }
    let built = tauri::Builder::default()
        // This plugin comes first, so that a second start does nothing but pass its arguments on.
        .plugin(tauri_plugin_single_instance::init(move |app, arguments, folder| {
            let handle = app.clone();
            // On the main thread, which runs it once this start is complete. An error means that the event loop has
            // ended.
            let _ = app.run_on_main_thread(move || second_start(&handle, further(&arguments), Path::new(&folder)));
        }))
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_global_shortcut::Builder::new().build())
        .plugin(
            tauri_plugin_autostart::Builder::new()
                .arg("open")
                .arg("--hidden")
                .build(),
        )
        .register_uri_scheme_protocol(SCHEME, |context, request| {
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
        // When the last window closes, the app stays in the tray and listens to its hotkeys.
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

/// Starts the voice, which reports to the session.
fn talker(settings: &Settings, events: Sender<Event>) -> Talker {
    let tell = move |event| {
        // An error means that the session has ended.
        let _ = events.send(voice::spoken(event));
    };
    Talker::start(
        Box::new(eyebright_platform::voice::system),
        state::manner(settings),
        tell,
    )
}

fn start(app: &AppHandle, request: &Request) -> Result<(), Box<dyn std::error::Error>> {
    let folder = dirs::config_dir().ok_or("there is no folder for settings")?;
    let file = folder.join("eyebright").join("settings.toml");
    let first_run = !file.exists();
    let (store, settings, problems) = Store::open(file);

    let (events, inbox) = mpsc::channel();
    let talker = talker(&settings, events.clone());
    let assistant = describing::assistant(&settings, events.clone());
    let hidden = request.hidden || settings.start_hidden;
    let hotkeys = settings.hotkeys.clone();
    app.manage(App::new(
        events.clone(),
        store,
        settings,
        talker.clone(),
        assistant.clone(),
        first_run,
    ));

    let state = app.state::<App>();
    let machine = Machine::new(state.options(), archive::now_ms());
    let ports = Ports {
        see: Arc::new(sight::Sight {
            app: app.clone(),
            assistant: assistant.clone(),
        }),
        describe: Arc::new(describing::Describing(assistant)),
        label: Arc::new(shelf::Labels),
        search: Arc::new(shelf::Shelf(app.clone())),
        listen: Arc::new(hearing::Hearing(app.clone())),
        talk: Box::new(voice::Voice::new(app.clone(), talker, events.clone())),
        play: Box::new(voice::Sounds::new(app.clone(), Earcons::start())),
        display: Box::new(display::Windows(app.clone())),
        remember: Box::new(shelf::Shelf(app.clone())),
        clock: Box::new(Stopwatch::start()),
    };
    owner::start(machine, ports, events, inbox);

    hotkeys::register(app, &hotkeys, problems);
    tray::build(app, &state.strings());
    // The first run shows the window even when started hidden: people who see need to know that the app runs.
    if !hidden || first_run {
        display::show_main(app, if first_run { Place::Welcome } else { Place::Heard });
    }
    if first_run {
        state.send(Event::Announce(state.welcome()));
    }
    fulfil(app, request);
    Ok(())
}

/// Carries out a request: describes its files, does its action.
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

/// Handles a second start of the program: carries out its request, or shows the window if it has none.
fn second_start(app: &AppHandle, mut request: Request, folder: &Path) {
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
            app.send(Event::Act(Action::Stop));
        }
        _ => {}
    }
}
