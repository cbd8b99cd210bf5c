//! Faults of hotkeys on Wayland, with messages that are read aloud: what happened, then what to do.

use ashpd::desktop::ResponseError;
use ashpd::{Error, PortalError};
use eyebright_domain::Fault;

pub(super) fn refused(error: &Error) -> Fault {
    match error {
        Error::Response(ResponseError::Cancelled) => Fault::new(
            "hotkeys_denied",
            "The desktop was told not to give Eyebright any keys. Allow them in the settings of the system, or give a key to the \
             command: eyebright do screen, in its keyboard settings.",
        ),
        Error::Portal(PortalError::NotAllowed(_)) => Fault::new(
            "hotkeys_unknown_program",
            "This desktop gives keys only to programs that it knows. Start Eyebright from the menu of programs. Or give a key to \
             the command: eyebright do screen, in the keyboard settings of the system.",
        ),
        Error::NoResponse => lost(),
        _ => no_hotkeys_here(),
    }
}

/// The desktop has no portal for hotkeys.
pub(super) fn no_hotkeys_here() -> Fault {
    Fault::new(
        "no_hotkeys_here",
        "This desktop lets no program listen to keys of its own. In the keyboard settings of the system, give a key to the command: \
         eyebright do screen.",
    )
}

/// The desktop has not answered yet.
pub(super) fn no_answer() -> Fault {
    Fault::new(
        "hotkeys_no_answer",
        "The desktop has not said yet whether Eyebright may have its keys. It may be asking you: answer that question. Or give a key \
         to the command: eyebright do screen, in the keyboard settings of the system.",
    )
}

/// The desktop gave no key to these actions, for instance because another program has it.
pub(super) fn without_key(actions: &[String]) -> Fault {
    let actions = actions.join("; ");
    Fault::new(
        "hotkeys_without_key",
        format!("The desktop gave no key to: {actions}. Choose one in the keyboard settings of the system."),
    )
}

/// The desktop gave keys and took them back.
pub(super) fn lost() -> Fault {
    Fault::new(
        "hotkeys_lost",
        "The desktop has taken the keys of Eyebright back. Quit Eyebright and start it again.",
    )
}

#[cfg(test)]
mod tests {
    use eyebright_domain::{Language, Strings};

    use super::*;

    #[test]
    fn every_refusal_says_what_to_do_in_both_languages() {
        let german = Strings::load(Language::De);
        for fault in [
            refused(&Error::Response(ResponseError::Cancelled)),
            refused(&Error::Response(ResponseError::Other)),
            refused(&Error::Portal(PortalError::NotAllowed(
                "An app id is required".to_owned(),
            ))),
            no_hotkeys_here(),
            no_answer(),
        ] {
            assert!(fault.message.contains("eyebright do screen"), "{}", fault.message);
            assert!(german.fault(&fault).contains("eyebright do screen"), "{}", fault.code);
        }
        for fault in [refused(&Error::NoResponse), without_key(&["Stop".to_owned()])] {
            assert_ne!(german.fault(&fault), fault.message, "{}", fault.code);
        }
    }
}
