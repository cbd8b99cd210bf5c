//! The hotkeys that the person has chosen, one for each action.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};

use super::defaults::default_hotkey;
use super::key::Hotkey;
use crate::action::Action;
use crate::fault::Fault;

/// A hotkey for each action, such as "Ctrl+Alt+D"; "" is off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(type = "Record<Action, string>"))]
pub struct Hotkeys(BTreeMap<Action, String>);

impl From<BTreeMap<Action, String>> for Hotkeys {
    /// Turns off every action that is missing in the map.
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
    /// The hotkey of an action; "" if it is off.
    pub fn get(&self, action: Action) -> &str {
        self.0.get(&action).map_or("", String::as_str)
    }

    /// Fails if a hotkey is not valid, not allowed, or used by two actions.
    pub fn check(&self) -> Result<(), Fault> {
        let mut taken = Taken::default();
        self.0.iter().try_for_each(|(action, text)| taken.take(*action, text))
    }
}

/// Hotkeys that are taken so far, each with its action.
#[derive(Debug, Default)]
pub struct Taken(BTreeMap<Hotkey, Action>);

impl Taken {
    /// Gives a hotkey to an action. Fails if the text is no hotkey, or one that is not allowed or that another action
    /// has; "" takes nothing.
    pub fn take(&mut self, action: Action, text: &str) -> Result<(), Fault> {
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
