//! Reads the table of hotkeys in the user's settings file.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use eyebright_domain::{Action, Fault, Hotkeys, Taken, default_hotkey};
use toml_edit::Item;

use super::values::not_good;

/// Reads the table of hotkeys. The person's choices take precedence over the defaults, in whatever order they stand; a
/// default whose keys were chosen for another action is off.
pub(super) fn read(item: &Item, faults: &mut Vec<Fault>) -> Hotkeys {
    let Some(table) = item.as_table_like() else {
        faults.push(not_good("hotkeys"));
        return Hotkeys::default();
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
    for action in Action::ALL {
        let default = default_hotkey(action).to_string();
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

fn until_then(fault: Fault, what: &str) -> Fault {
    Fault::new(fault.code, format!("{} Until then {what}.", fault.message))
}
