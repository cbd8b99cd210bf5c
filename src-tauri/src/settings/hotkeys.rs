//! Which key does what.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde::{Deserialize, Deserializer, Serialize};
use toml_edit::Item;
use ts_rs::TS;

use super::read::not_good;
use crate::fault::Fault;
use crate::hotkeys::{Hotkey, default_hotkey};
use crate::session::Action;

/// A hotkey for each action, such as "Ctrl+Alt+D"; "" is off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(type = "Record<Action, string>")]
pub struct Hotkeys(BTreeMap<Action, String>);

impl From<BTreeMap<Action, String>> for Hotkeys {
    /// An action that is left out is off.
    fn from(mut chosen: BTreeMap<Action, String>) -> Self {
        for action in Action::ALL {
            chosen.entry(action).or_default();
        }
        Self(chosen)
    }
}

impl<'de> Deserialize<'de> for Hotkeys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        BTreeMap::deserialize(deserializer).map(Self::from)
    }
}

impl Default for Hotkeys {
    fn default() -> Self {
        let default = |action| (action, default_hotkey(action).to_string());
        Self(Action::ALL.map(default).into())
    }
}

impl Hotkeys {
    /// That of an action; "" if it is off.
    pub fn get(&self, action: Action) -> &str {
        self.0.get(&action).map_or("", String::as_str)
    }

    pub(super) fn check(&self) -> Result<(), Fault> {
        let mut taken = Taken::default();
        self.0.iter().try_for_each(|(action, text)| taken.take(*action, text))
    }

    /// From the table of the person's file. What the person chose comes before the defaults, whatever the order; a default whose hotkey
    /// was chosen for another action is off.
    pub(super) fn read(item: &Item, faults: &mut Vec<Fault>) -> Self {
        let Some(table) = item.as_table_like() else {
            faults.push(not_good("hotkeys"));
            return Self::default();
        };
        let mut taken = Taken::default();
        let mut hotkeys = BTreeMap::new();
        for action in Action::ALL {
            let Some(item) = table.get(action.name()) else { continue };
            let text = item.as_str().unwrap_or("a value without quotes");
            match taken.take(action, text) {
                Ok(()) => {
                    hotkeys.insert(action, text.to_owned());
                }
                Err(fault) => faults.push(until_then(fault, "its default is used")),
            }
        }
        for (action, default) in Self::default().0 {
            let Entry::Vacant(place) = hotkeys.entry(action) else {
                continue;
            };
            match taken.take(action, &default) {
                Ok(()) => {
                    place.insert(default);
                }
                Err(fault) => faults.push(until_then(fault, &format!("{:?} has none", action.name()))),
            }
        }
        hotkeys.into()
    }
}

/// Who has which hotkey so far.
#[derive(Default)]
struct Taken(BTreeMap<Hotkey, Action>);

impl Taken {
    fn take(&mut self, action: Action, text: &str) -> Result<(), Fault> {
        if text.is_empty() {
            return Ok(());
        }
        let of_action = |fault: Fault| Fault::new(fault.code, format!("Hotkey {:?}: {}", action.name(), fault.message));
        let hotkey: Hotkey = text.parse().map_err(of_action)?;
        hotkey.check().map_err(of_action)?;
        if let Some(other) = self.0.get(&hotkey) {
            let (other, own) = (other.name(), action.name());
            let message =
                format!("{hotkey} cannot do both {other:?} and {own:?}. Choose another hotkey for one of them.");
            return Err(Fault::new("hotkey_shared", message));
        }
        self.0.insert(hotkey, action);
        Ok(())
    }
}

fn until_then(fault: Fault, what: &str) -> Fault {
    Fault::new(fault.code, format!("{} Until then {what}.", fault.message))
}
