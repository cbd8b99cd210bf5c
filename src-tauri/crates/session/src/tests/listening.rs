//! A question asked aloud: the key pressed, held, pressed again, and what is heard.

use super::*;

/// When the recording ends from now on, if the effects change that.
fn until(effects: &[Effect]) -> Option<Until> {
    effects.iter().find_map(|effect| match effect {
        Effect::Listen(_, until) | Effect::ListenUntil(_, until) => Some(*until),
        _ => None,
    })
}

/// A machine with a described picture to ask about.
fn ready() -> Machine {
    let mut machine = machine();
    describe(&mut machine, Action::Screen);
    take(&mut machine, Event::Spoken(99));
    machine
}

#[test]
fn a_short_press_leaves_the_end_to_the_speaker() {
    let mut machine = ready();
    let mut at = |event, millis| machine.take(event, Duration::from_millis(millis));
    assert_eq!(until(&at(Event::Press(Action::Ask), 1_000)), Some(Until::Released));
    assert_eq!(until(&at(Event::Release(Action::Ask), 1_399)), Some(Until::Silent));
    assert_eq!(until(&at(Event::Release(Action::Ask), 3_000)), None);
}

#[test]
fn a_key_held_down_ends_the_recording_when_it_goes_up() {
    let mut machine = ready();
    let mut at = |event, millis| machine.take(event, Duration::from_millis(millis));
    let listening = job(&at(Event::Press(Action::Ask), 1_000));
    // The release of another key changes nothing.
    assert_eq!(until(&at(Event::Release(Action::Stop), 1_400)), None);
    assert_eq!(until(&at(Event::Release(Action::Ask), 1_400)), Some(Until::Now));
    at(Event::Recording(listening, Recording::Ended), 1_450);
    let effects = at(Event::Heard(listening, Ok("Is it a dog?".to_owned())), 1_900);
    assert!(matches!(effects.last(), Some(Effect::Answer(..))));
}

#[test]
fn a_second_press_ends_the_recording_and_a_third_interrupts() {
    for again in [Event::Press(Action::Ask), Event::Act(Action::Ask)] {
        let mut machine = ready();
        let listening = job(&take(&mut machine, Event::Press(Action::Ask)));
        take(&mut machine, Event::Release(Action::Ask));
        let effects = take(&mut machine, again.clone());
        assert!(
            matches!(effects[..], [Effect::ListenUntil(job, Until::Now)] if job == listening),
            "{effects:?}"
        );
        // Its release is ignored.
        assert!(take(&mut machine, Event::Release(Action::Ask)).is_empty());
        take(&mut machine, Event::Recording(listening, Recording::Ended));
        let effects = take(&mut machine, again);
        assert!(
            effects
                .iter()
                .any(|effect| matches!(effect, Effect::Abandon(job) if *job == listening))
        );
        assert_eq!(machine.status(), Status::Idle);
    }
}

#[test]
fn a_button_without_a_release_leaves_the_end_to_the_speaker() {
    assert_eq!(until(&take(&mut ready(), Event::Act(Action::Ask))), Some(Until::Silent));
}

#[test]
fn another_key_gives_a_recording_up() {
    let mut machine = ready();
    let listening = job(&take(&mut machine, Event::Press(Action::Ask)));
    let effects = take(&mut machine, Event::Press(Action::Stop));
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::Abandon(job) if *job == listening))
    );
    assert!(take(&mut machine, Event::Release(Action::Ask)).is_empty());
    assert!(said(&take(&mut machine, Event::Heard(listening, Ok("Why?".to_owned())))).is_empty());
}

#[test]
fn a_question_is_heard_to_be_taken_in_and_then_answered() {
    let mut machine = machine();
    describe(&mut machine, Action::Screen);
    let listening = take(&mut machine, Event::Act(Action::Ask));
    let listening = job(&listening);
    let effects = take(&mut machine, Event::Recording(listening, Recording::Begun));
    assert!(has_earcon(&effects, Earcon::RecordingBegun));
    let effects = take(&mut machine, Event::Recording(listening, Recording::Ended));
    assert!(has_earcon(&effects, Earcon::RecordingEnded));
    let effects = take(&mut machine, Event::Heard(listening, Ok("Is it a dog?".to_owned())));
    assert!(matches!(effects.last(), Some(Effect::Answer(_, _, question)) if question == "Is it a dog?"));
    let effects = take(&mut machine, Event::Answered(job(&effects), Ok("Yes.".to_owned())));
    assert_eq!(said(&effects), ["Yes."]);
    // Late reports of an earlier recording are ignored.
    for late in [Recording::Begun, Recording::Ended] {
        assert!(take(&mut machine, Event::Recording(listening, late)).is_empty());
    }
}

#[test]
fn nothing_heard_and_too_quiet_have_a_sound_and_words_of_their_own() {
    let mut machine = machine();
    describe(&mut machine, Action::Screen);
    let heard = |machine: &mut Machine, result| {
        let listening = job(&take(machine, Event::Act(Action::Ask)));
        take(machine, Event::Heard(listening, result))
    };
    let effects = heard(&mut machine, Ok("  ".to_owned()));
    assert!(has_earcon(&effects, Earcon::NothingHeard) && !has_earcon(&effects, Earcon::Failure));
    assert_eq!(said(&effects), [machine_text("say.heard_nothing")]);
    take(&mut machine, Event::Spoken(99));

    let quiet = Fault::new(TOO_QUIET, "The microphone is too quiet. Turn it up.");
    let effects = heard(&mut machine, Err(quiet.clone()));
    assert!(has_earcon(&effects, Earcon::TooQuiet) && !has_earcon(&effects, Earcon::Failure));
    assert_eq!(said(&effects), [quiet.message.as_str()]);
    let shown = |effect: &Effect| matches!(effect, Effect::Show(Show::Heard(text)) if *text == quiet.message);
    assert!(effects.iter().any(shown), "{effects:?}");
    take(&mut machine, Event::Spoken(99));

    let other = Fault::new("microphone_lost", "The microphone is gone. Plug it in again.");
    assert!(has_earcon(&heard(&mut machine, Err(other)), Earcon::Failure));
}

#[test]
fn the_ticks_of_waiting_begin_when_the_question_has_ended() {
    let mut machine = machine();
    describe(&mut machine, Action::Screen);
    let listening = job(&take(&mut machine, Event::Act(Action::Ask)));
    let mut at = |event, millis| machine.take(event, Duration::from_millis(millis));
    assert!(at(Event::Tick, 5_000).is_empty(), "nothing ticks into the microphone");
    at(Event::Recording(listening, Recording::Ended), 9_000);
    assert!(at(Event::Tick, 9_900).is_empty());
    assert!(has_earcon(&at(Event::Tick, 10_000), Earcon::Tick));
    assert!(at(Event::Tick, 10_200).is_empty());
}
