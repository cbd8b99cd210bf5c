//! Descriptions that are said while they are still being written.

use super::*;

/// Begins a description and returns its job.
fn under_way(machine: &mut Machine) -> Job {
    let job_seen = job(&take(machine, Event::Act(Action::Screen)));
    job(&take(machine, Event::Found(job_seen, Ok(Found::Picture(seen(""))))))
}

fn told(machine: &mut Machine, job: Job, sentence: &str) -> Vec<Effect> {
    take(machine, Event::Told(job, sentence.to_owned()))
}

#[test]
fn each_sentence_is_said_as_it_comes_and_none_twice() {
    let mut machine = machine();
    let job = under_way(&mut machine);
    assert_eq!(said(&told(&mut machine, job, "A dog runs.")), ["A dog runs."]);
    assert_eq!(said(&told(&mut machine, job, "It is brown.")), ["It is brown."]);
    let all = words("A dog runs. It is brown. It has a ball.");
    let effects = take(&mut machine, Event::Described(job, Ok(all.clone())));
    assert_eq!(said(&effects), ["It has a ball."]);
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::Remember(_, _, words) if *words == all))
    );
    let again = take(&mut machine, Event::Act(Action::Repeat));
    assert_eq!(said(&again), ["A dog runs.", "It is brown.", "It has a ball."]);
    assert_eq!(said(&take(&mut machine, Event::Act(Action::More))), ["More."]);
}

#[test]
fn nothing_is_said_when_all_was_told() {
    let mut machine = machine();
    let job = under_way(&mut machine);
    told(&mut machine, job, "A dog.");
    let effects = take(&mut machine, Event::Described(job, Ok(words("A dog."))));
    assert!(said(&effects).is_empty());
}

#[test]
fn after_stop_or_another_request_no_sentence_comes() {
    let mut machine = machine();
    let job = under_way(&mut machine);
    told(&mut machine, job, "A dog runs.");
    let effects = take(&mut machine, Event::Act(Action::Stop));
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::Abandon(given_up) if *given_up == job))
    );
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Hush)));
    assert!(told(&mut machine, job, "It is brown.").is_empty());
    let next = under_way(&mut machine);
    assert!(told(&mut machine, job, "It is brown.").is_empty());
    assert_eq!(said(&told(&mut machine, next, "A cat.")), ["A cat."]);
}

#[test]
fn a_description_that_breaks_off_says_so_behind_what_was_heard() {
    let mut machine = machine();
    let job = under_way(&mut machine);
    told(&mut machine, job, "A dog runs.");
    let fault = Fault::new("model_failed", "The model could not be run.");
    let effects = take(&mut machine, Event::Described(job, Err(fault.clone())));
    assert!(has_earcon(&effects, Earcon::Failure));
    assert_eq!(said(&effects), [Strings::load(Language::En).fault(&fault)]);
}

#[test]
fn of_several_pictures_the_number_comes_before_the_first_sentence_only() {
    let mut machine = machine();
    let sources = vec![file("a.png"), file("b.png")];
    let job_seen = job(&take(&mut machine, Event::Open(sources)));
    let job = job(&take(
        &mut machine,
        Event::Found(job_seen, Ok(Found::Picture(seen("a")))),
    ));
    assert_eq!(said(&told(&mut machine, job, "A dog.")).len(), 2);
    let effects = take(&mut machine, Event::Described(job, Ok(words("A dog. It runs."))));
    assert_eq!(said(&effects), ["It runs."]);
}
