//! The program that holds the keys.

use eyebright_domain::{Action, Fault};

/// Who wants the keys: it is told of them, and lends what a system needs to hold them.
pub trait Holder: Send + Sync + 'static {
    /// The program's name on a desktop that gives keys only to those that it knows, such as "org.eyebright.Eyebright".
    fn id(&self) -> String;

    /// What people call an action.
    fn title(&self, action: Action) -> String;

    /// Takes a key ([`accelerator`](eyebright_domain::Hotkey::accelerator)) where programs take those that are free; from then on it is
    /// told of by [`pressed`](Self::pressed) and [`released`](Self::released). False if another program has it.
    fn take(&self, accelerator: &str, action: Action) -> bool;

    /// Lets go of all keys that were taken.
    fn let_go(&self);

    /// The key of an action went down.
    fn pressed(&self, action: Action);

    /// The key of an action went up.
    fn released(&self, action: Action);

    /// What does not work from now on.
    fn set_problems(&self, problems: Vec<Fault>);

    /// It turned out late that `all` does not work: shown at once, and what is `new` is said when there is a pause. May take as long as that.
    fn tell_late(&self, all: Vec<Fault>, new: &[Fault]);
}
