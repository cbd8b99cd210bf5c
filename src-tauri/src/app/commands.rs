//! The commands that the window can call.

use eyebright_assistant::inputs::PICTURE_NAMES;
use eyebright_assistant::opening::check_describer;
use eyebright_domain::{Action, Fault};
use eyebright_platform::clipboard;
use eyebright_platform::recording::microphone;
use eyebright_platform::voice::voices;
use eyebright_session::{Event, Source};
use eyebright_store::settings::Settings;
use tauri::{AppHandle, State, WebviewWindow};
use tauri_plugin_autostart::ManagerExt;
use tauri_plugin_dialog::DialogExt;

use super::display::tell;
use super::labels::{MAIN, REGION};
use super::quit::quit;
use super::state::App;
use super::{hotkeys, packs};
use crate::contract::{Command, Snapshot, Update};

/// The whole state that a window shows. Called when it opens.
#[tauri::command]
pub fn snapshot(window: WebviewWindow, app: State<'_, App>) -> Snapshot {
    // The region window opens after the frame was set, so it gets the frame as an update.
    if window.label() == REGION
        && let Some((rect, text)) = app.view().frame.clone()
    {
        tell(tauri::Manager::app_handle(&window), &Update::Region { rect, text });
    }
    app.snapshot()
}

/// Carries out a command of the window. Returns faults in the language of the settings.
#[tauri::command]
pub fn send(handle: AppHandle, app: State<'_, App>, command: Command) -> Result<(), Fault> {
    carry_out(handle, &app, command).map_err(|fault| app.strings().translated(&fault))
}

fn carry_out(handle: AppHandle, app: &App, command: Command) -> Result<(), Fault> {
    match command {
        Command::Act { action } => app.send(Event::Act(action)),
        Command::ChooseFiles => choose_files(&handle),
        Command::Paste => app.send(Event::Open(vec![Source::Clipboard])),
        Command::Caption => app.send(Event::Caption),
        Command::Question { text } => app.send(Event::Question(text)),
        Command::Select { entry } => recall(&handle, app, entry),
        Command::Copy { entry } => clipboard::write_text(&app.text(entry).unwrap_or_default())?,
        Command::Forget { entry } => {
            app.forget(entry);
            tell(&handle, &app.entries_update());
            tell(&handle, &app.found_update());
        }
        Command::Find { text } if text.trim().is_empty() => {
            app.view().found = None;
            tell(&handle, &app.found_update());
        }
        Command::Find { text } => app.send(Event::Find(text)),
        Command::ExportHistory => export(&handle),
        Command::ChangeSettings { settings } => change_settings(&handle, app, settings)?,
        Command::ChooseModel => choose_model(&handle),
        Command::ListVoices => list_voices(handle),
        Command::ListMicrophones => list_microphones(handle),
        Command::TryVoice => app.send(Event::Announce(app.strings().get("say.sample").to_owned())),
        Command::RecordHotkey { on: true } => hotkeys::release(&handle),
        Command::RecordHotkey { on: false } => hotkeys::register(&handle, &app.settings().hotkeys, Vec::new()),
        Command::FetchPack { name } => packs::fetch(&handle, app, &name)?,
        Command::RemovePack { name } => packs::remove(&handle, app, &name)?,
        Command::WelcomeDone => welcome_done(app)?,
        Command::Close => close(&handle),
        Command::Quit => quit(&handle),
        Command::RegionStep { step, large } => app.send(Event::RegionStep {
            step: step.into(),
            large,
        }),
        Command::RegionSet { rect } => app.send(Event::RegionSet(rect.into())),
        Command::RegionDone => app.send(Event::RegionDone),
        Command::RegionCancel => app.send(Event::Act(Action::Stop)),
    }
    Ok(())
}

fn choose_files(handle: &AppHandle) {
    let handle = handle.clone();
    let dialog = handle.dialog().file().add_filter("", &PICTURE_NAMES);
    dialog.pick_files(move |files| {
        // None: the person cancelled the dialog.
        let paths = files
            .unwrap_or_default()
            .into_iter()
            .filter_map(|file| file.into_path().ok());
        let sources: Vec<Source> = paths.map(Source::File).collect();
        if !sources.is_empty() {
            tauri::Manager::state::<App>(&handle).send(Event::Open(sources));
        }
    });
}

fn choose_model(handle: &AppHandle) {
    let handle = handle.clone();
    let dialog = handle.dialog().file();
    dialog.pick_folder(move |folder| {
        // None: the person cancelled the dialog.
        let Some(folder) = folder.and_then(|folder| folder.into_path().ok()) else {
            return;
        };
        let app = tauri::Manager::state::<App>(&handle);
        let pack = folder.display().to_string();
        let settings = Settings { pack, ..app.settings() };
        if let Err(fault) = change_settings(&handle, &app, settings) {
            app.send(Event::Trouble(fault));
        }
    });
}

fn recall(handle: &AppHandle, app: &App, entry: u64) {
    app.bring(entry);
    let recalled = app.history().recall(entry);
    if let Some(recalled) = recalled {
        app.send(Event::Recall(recalled));
        tell(handle, &app.entries_update());
    }
}

fn export(handle: &AppHandle) {
    let handle = handle.clone();
    let dialog = handle.dialog().file();
    dialog.pick_folder(move |folder| {
        // None: the person cancelled the dialog.
        let Some(folder) = folder.and_then(|folder| folder.into_path().ok()) else {
            return;
        };
        std::thread::spawn(move || {
            let app = tauri::Manager::state::<App>(&handle);
            app.send(match app.archive().export(&folder.join("Eyebright")) {
                Ok(count) => {
                    let fields = [("count", &*count.to_string())];
                    Event::Announce(app.strings().fill("say.exported", &fields))
                }
                Err(fault) => Event::Trouble(fault),
            });
        });
    });
}

fn change_settings(handle: &AppHandle, app: &App, settings: Settings) -> Result<(), Fault> {
    let before = app.settings();
    if settings.pack != before.pack {
        // Only a quick check. Other problems are reported when the model is loaded, which may take long.
        check_describer(settings.pack.as_ref())?;
    }
    app.change(settings.clone())?;
    if settings.hotkeys != before.hotkeys {
        hotkeys::register(handle, &settings.hotkeys, Vec::new());
    }
    if settings.autostart != before.autostart {
        let autostart = handle.autolaunch();
        let changed = if settings.autostart {
            autostart.enable()
        } else {
            autostart.disable()
        };
        changed.map_err(|error| {
            let message =
                format!("Starting with the computer could not be set: {error}. Set it in the system's settings.");
            Fault::new("autostart_failed", message)
        })?;
    }
    tell(handle, &app.settings_update());
    Ok(())
}

fn list_voices(handle: AppHandle) {
    std::thread::spawn(move || {
        // On failure the list is empty. A broken speech engine is reported when it should speak.
        let voices = voices::list(&["en", "de"]).unwrap_or_default();
        let voices = voices.into_iter().map(Into::into).collect();
        tell(&handle, &Update::Voices { voices });
    });
}

fn list_microphones(handle: AppHandle) {
    std::thread::spawn(move || {
        // On failure only the system's choice is left. A broken microphone is reported when it should hear.
        let names = microphone::names().unwrap_or_default();
        tell(&handle, &Update::Microphones { names });
    });
}

/// Closes the welcome and writes the settings file, whose existence marks that the first run is over.
fn welcome_done(app: &App) -> Result<(), Fault> {
    app.view().welcome = false;
    app.change(app.settings())
}

fn close(handle: &AppHandle) {
    if let Some(window) = tauri::Manager::get_webview_window(handle, MAIN) {
        let _ = window.close();
    }
}
