//! Registers the app's hotkeys.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use eyebright_domain::{Action, Fault, Hotkeys};
use eyebright_platform::hotkeys::{self, Holder};
use eyebright_session::{Event, Status};
use tauri::{AppHandle, Manager};
use tauri_plugin_global_shortcut::{GlobalShortcutExt, ShortcutEvent, ShortcutState};

use super::display::tell;
use super::state::App;

/// Interval between checks whether the app has stopped speaking.
const PAUSE: Duration = Duration::from_millis(500);

/// Registers these hotkeys in place of all earlier ones. Problems are shown in the window together with `others`, those
/// not about keys. On Wayland problems become known later, and are also spoken then.
pub fn register(app: &AppHandle, hotkeys: &Hotkeys, others: Vec<Fault>) {
    let holder: Arc<dyn Holder> = Arc::new(Keys(app.clone()));
    hotkeys::register(&holder, hotkeys, others);
}

/// Releases all hotkeys, for example while a new one is being chosen.
pub fn release(app: &AppHandle) {
    hotkeys::release(&Keys(app.clone()));
}

/// Holds the hotkeys and passes their presses to the session.
struct Keys(AppHandle);

impl Keys {
    fn send(&self, event: Event) {
        self.0.state::<App>().send(event);
    }
}

impl Holder for Keys {
    fn id(&self) -> String {
        self.0.config().identifier.clone()
    }

    fn title(&self, action: Action) -> String {
        let strings = self.0.state::<App>().strings();
        strings.get(&format!("ui.action.{}", action.name())).to_owned()
    }

    fn take(&self, accelerator: &str, action: Action) -> bool {
        let moved = move |app: &AppHandle, _: &_, event: ShortcutEvent| {
            let keys = Keys(app.clone());
            match event.state {
                ShortcutState::Pressed => keys.pressed(action),
                ShortcutState::Released => keys.released(action),
            }
        };
        self.0.global_shortcut().on_shortcut(accelerator, moved).is_ok()
    }

    fn let_go(&self) {
        // It fails only for keys that are not held.
        let _ = self.0.global_shortcut().unregister_all();
    }

    fn pressed(&self, action: Action) {
        self.send(Event::Press(action));
    }

    fn released(&self, action: Action) {
        self.send(Event::Release(action));
    }

    fn set_problems(&self, problems: Vec<Fault>) {
        self.0.state::<App>().set_problems(problems);
    }

    /// Shows problems with hotkeys and speaks new ones: without hotkeys a blind person could not find out.
    fn tell_late(&self, all: Vec<Fault>, new: &[Fault]) {
        let app = self.0.state::<App>();
        app.set_problems(all);
        tell(&self.0, &app.settings_update());
        if new.is_empty() {
            return;
        }
        // Wait until the welcome or a description has been spoken.
        loop {
            thread::sleep(PAUSE);
            if app.view().status == Status::Idle {
                break;
            }
        }
        let strings = app.strings();
        let said: Vec<String> = new.iter().map(|fault| strings.fault(fault)).collect();
        app.send(Event::Announce(said.join(" ")));
    }
}
