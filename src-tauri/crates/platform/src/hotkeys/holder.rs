//! The program that hotkeys are registered for.

use eyebright_domain::{Action, Fault};

/// The program that hotkeys are registered for: it is told of presses and problems, and provides what a system needs.
pub trait Holder: Send + Sync + 'static {
    /// The program's name on a desktop that gives keys only to those that it knows, such as "org.eyebright.Eyebright".
    fn id(&self) -> String;

    /// The name of an action for people.
    fn title(&self, action: Action) -> String;

    /// Registers a hotkey ([`accelerator`](eyebright_domain::Hotkey::accelerator)) on systems where programs take those
    /// that are free; [`pressed`](Self::pressed) and [`released`](Self::released) are called for it from then on. False
    /// if another program has it.
    fn take(&self, accelerator: &str, action: Action) -> bool;

    /// Releases all hotkeys that were registered.
    fn let_go(&self);

    /// The hotkey of an action was pressed.
    fn pressed(&self, action: Action);

    /// The hotkey of an action was released.
    fn released(&self, action: Action);

    /// Replaces the list of problems that is shown.
    fn set_problems(&self, problems: Vec<Fault>);

    /// Reports problems that turned out late: shows `all` at once, and says those in `new` when there is a pause. May
    /// block until then.
    fn tell_late(&self, all: Vec<Fault>, new: &[Fault]);
}
