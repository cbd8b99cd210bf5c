//! Pictures that may show nudity: a warning, time to think, and then the description all the same.

use eyebright_models::Level;

use super::*;

fn warned_by(moderation: Moderation, level: Level) -> (Machine, Vec<Effect>) {
    let mut machine = machine();
    let strings = Arc::new(Strings::load(Language::En));
    let detail = Detail::One;
    let options = Options {
        detail,
        moderation,
        strings,
    };
    take(&mut machine, Event::Options(options));
    let words = Words {
        level,
        ..words("A statue.")
    };
    let effects = described(&mut machine, Action::Screen, words);
    (machine, effects)
}

fn is_kept(effects: &[Effect]) -> bool {
    effects.iter().any(|effect| matches!(effect, Effect::Remember(..)))
}

#[test]
fn the_description_comes_when_the_warning_was_heard_and_thought_about() {
    let (mut machine, effects) = warned_by(Moderation::Warn, Level::Likely);
    assert_eq!(
        said(&effects),
        [machine_text("say.nudity_likely"), machine_text("say.warned")]
    );
    assert!(!is_kept(&effects), "nothing is kept that may not be wanted");
    // However long the warning itself takes.
    assert!(machine.take(Event::Tick, Duration::from_secs(20)).is_empty());
    machine.take(Event::Spoken(9), Duration::from_secs(20));
    assert!(machine.take(Event::Tick, Duration::from_secs(23)).is_empty());
    let effects = machine.take(Event::Tick, Duration::from_secs(24));
    assert_eq!(said(&effects), ["A statue."]);
    assert!(is_kept(&effects));
    assert!(said(&machine.take(Event::Tick, Duration::from_mins(1))).is_empty());
}

#[test]
fn more_brings_it_at_once_and_stop_keeps_it_away_until_more_is_asked_for() {
    let (mut machine, _) = warned_by(Moderation::Warn, Level::Possible);
    assert_eq!(said(&take(&mut machine, Event::Act(Action::More))), ["A statue."]);
    take(&mut machine, Event::Spoken(9));
    assert_eq!(said(&take(&mut machine, Event::Act(Action::More))), ["More."]);

    let (mut machine, _) = warned_by(Moderation::Warn, Level::Possible);
    take(&mut machine, Event::Act(Action::Stop));
    assert_eq!(machine.status(), Status::Idle);
    assert!(machine.take(Event::Tick, Duration::from_mins(1)).is_empty());
    let effects = take(&mut machine, Event::Act(Action::More));
    assert!(said(&effects) == ["A statue."] && is_kept(&effects));
}

#[test]
fn a_question_is_answered_behind_the_warning_and_the_description_stays_away() {
    let (mut machine, _) = warned_by(Moderation::Warn, Level::Likely);
    let effects = take(&mut machine, Event::Question("Is it a photo?".to_owned()));
    let effects = take(&mut machine, Event::Answered(job(&effects), Ok("Yes.".to_owned())));
    assert_eq!(said(&effects), ["Yes."]);
    assert!(
        !effects.iter().any(|effect| matches!(effect, Effect::Add(..))),
        "no entry is there yet"
    );
    take(&mut machine, Event::Spoken(9));
    assert!(machine.take(Event::Tick, Duration::from_mins(1)).is_empty());
}

#[test]
fn a_warning_can_be_made_a_word_beside_the_description_or_left_out() {
    let (_, effects) = warned_by(Moderation::Describe, Level::Possible);
    assert_eq!(
        said(&effects),
        [machine_text("say.nudity_possible"), "A statue.".to_owned()]
    );
    let (_, effects) = warned_by(Moderation::Off, Level::Likely);
    assert_eq!(said(&effects), ["A statue."]);
    let (_, effects) = warned_by(Moderation::Warn, Level::None);
    assert_eq!(said(&effects), ["A statue."]);
}

#[test]
fn the_next_file_waits_behind_the_warning() {
    let mut machine = machine();
    let first = job(&take(&mut machine, Event::Open(vec![file("1.png"), file("2.png")])));
    let effects = take(&mut machine, Event::Found(first, Ok(Found::Picture(seen("1")))));
    let words = Words {
        level: Level::Likely,
        ..words("A statue.")
    };
    let effects = take(&mut machine, Event::Described(job(&effects), Ok(words)));
    assert_eq!(said(&effects)[0], "1: 1.");
    let sees = |effects: &[Effect]| effects.iter().any(|effect| matches!(effect, Effect::See(..)));
    assert!(!sees(&take(&mut machine, Event::Spoken(9))));
    let effects = machine.take(Event::Tick, Duration::from_secs(9));
    assert!(said(&effects) == ["A statue."] && sees(&effects));
}

#[test]
fn what_could_not_be_judged_is_told_and_described() {
    let mut machine = machine();
    let unjudged = Some(Fault::new("x", "The pack care is damaged. Fetch it again."));
    let words = Words {
        unjudged,
        ..words("A dog.")
    };
    let effects = described(&mut machine, Action::Screen, words);
    assert_eq!(said(&effects), ["The pack care is damaged. Fetch it again.", "A dog."]);
    assert!(has_earcon(&effects, Earcon::Failure));
}
