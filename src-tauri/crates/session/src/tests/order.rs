//! Property tests: any order of events leaves the machine in a legal state.

use std::collections::HashSet;

use eyebright_models::Level;
use proptest::prelude::*;

use super::*;

fn any_event() -> impl Strategy<Value = Event> {
    let fault = || Fault::new("x", "It failed. Try again.");
    let jobs = 0u64..40;
    let texts = prop_oneof![Just(Text::Done), Just(Text::OnRequest), Just(Text::AtOnce)];
    let actions = (0usize..Action::ALL.len()).prop_map(|i| Action::ALL[i]);
    let recordings = prop_oneof![Just(Recording::Begun), Just(Recording::Ended)];
    let levels = prop_oneof![2 => Just(Level::None), 1 => Just(Level::Possible), 1 => Just(Level::Likely)];
    prop_oneof![
        3 => actions.clone().prop_map(Event::Act),
        4 => actions.clone().prop_map(Event::Press),
        4 => actions.prop_map(Event::Release),
        3 => prop_oneof![Just(Event::Press(Action::Ask)), Just(Event::Release(Action::Ask))],
        2 => (0usize..4).prop_map(|n| Event::Open((0..n).map(|i| file(&format!("{i}.png"))).collect())),
        1 => Just(Event::Caption),
        1 => "[a-z ]{0,8}".prop_map(Event::Question),
        1 => "[a-z ]{0,8}".prop_map(Event::Find),
        1 => (0u64..9).prop_map(|entry| Event::Recall(Recalled { entry, seen: Some(seen("r")), words: words("R.") })),
        1 => Just(Event::Announce("Welcome.".to_owned())),
        1 => Just(Event::Notice("News.".to_owned())),
        2 => any::<bool>().prop_map(|large| Event::RegionStep { step: Step::Larger, large }),
        1 => any::<f32>().prop_map(|x| Event::RegionSet(Rect { x, y: 0.0, width: x, height: 1.0 })),
        1 => Just(Event::RegionDone),
        4 => jobs.clone().prop_map(|job| Event::Found(job, Ok(Found::Picture(seen("p"))))),
        1 => jobs.clone().prop_map(|job| Event::Found(job, Ok(Found::Sources(vec![file("a"), file("b")])))),
        1 => jobs.clone().prop_map(move |job| Event::Found(job, Err(fault()))),
        4 => (jobs.clone(), texts, levels).prop_map(|(job, text, level)| {
            Event::Described(job, Ok(Words { text, level, ..words("D.") }))
        }),
        2 => jobs.clone().prop_map(|job| Event::Read(job, Ok(readout()))),
        1 => jobs.clone().prop_map(move |job| Event::Read(job, Err(fault()))),
        1 => jobs.clone().prop_map(move |job| Event::Described(job, Err(fault()))),
        1 => jobs.clone().prop_map(|job| Event::Answered(job, Ok("A.".to_owned()))),
        1 => jobs.clone().prop_map(|job| Event::Saved(job, Ok(()))),
        1 => jobs.clone().prop_map(|job| Event::Searched(job, Ok(vec!["D.".to_owned()]))),
        1 => (jobs.clone(), recordings).prop_map(|(job, recording)| Event::Recording(job, recording)),
        1 => (jobs.clone(), "(why)?").prop_map(|(job, text)| Event::Heard(job, Ok(text))),
        1 => jobs.prop_map(move |job| Event::Heard(job, Err(Fault::new(TOO_QUIET, "Too quiet. Turn it up.")))),
        3 => (0u64..99).prop_map(Event::Spoken),
        1 => Just(Event::Mute(fault())),
        1 => Just(Event::Trouble(fault())),
        2 => Just(Event::Tick),
    ]
}

/// A model of the world around a machine, which detects illegal effects.
#[derive(Default)]
struct World {
    live: Option<Job>,
    jobs: HashSet<Job>,
    utterances: u64,
    entries: u64,
    frozen: bool,
    warned: bool,
    /// The job of the recording, and when that ends.
    recording: Option<(Job, Until)>,
}

impl World {
    fn bear(&mut self, effect: &Effect) {
        if let Some(job) = begun(effect) {
            assert!(self.live.is_none(), "two jobs at once");
            assert!(self.jobs.insert(job), "a job number came twice");
            self.live = Some(job);
        }
        match effect {
            Effect::Abandon(job) => assert_eq!(self.live.take(), Some(*job), "what does not run is abandoned"),
            Effect::Say(utterance, text) => {
                assert_eq!(*utterance, self.utterances + 1);
                assert!(!text.is_empty());
                self.warned |= *text == machine_text("say.warned");
                self.utterances += 1;
            }
            Effect::Remember(entry, ..) => {
                assert_eq!(*entry, self.entries + 1);
                self.entries += 1;
            }
            Effect::Listen(job, until) => self.recording = Some((*job, *until)),
            Effect::ListenUntil(job, until) => {
                assert_eq!(self.live, Some(*job), "what does not record is told how to end");
                assert_eq!(self.recording.map(|(job, _)| job), Some(*job));
                self.recording = Some((*job, *until));
            }
            Effect::Show(Show::Frozen(_)) => assert!(!std::mem::replace(&mut self.frozen, true)),
            Effect::Show(Show::Frame(..)) => assert!(self.frozen, "a frame without a screen"),
            Effect::Show(Show::Unfrozen) => assert!(std::mem::replace(&mut self.frozen, false)),
            _ => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// 100 x 200 events, real job numbers mixed with made-up ones.
    #[test]
    fn any_order_of_events_ends_in_a_legal_state(events in prop::collection::vec((any_event(), any::<bool>()), 200)) {
        let (mut machine, mut world) = (machine(), World::default());
        let mut millis = 0;
        for (event, answers_the_live_job) in events {
            millis += 70;
            let event = match (event, world.live) {
                (Event::Found(_, result), Some(live)) if answers_the_live_job => Event::Found(live, result),
                (Event::Described(_, result), Some(live)) if answers_the_live_job => Event::Described(live, result),
                (Event::Read(_, result), Some(live)) if answers_the_live_job => Event::Read(live, result),
                (Event::Answered(_, result), Some(live)) if answers_the_live_job => Event::Answered(live, result),
                (Event::Saved(_, result), Some(live)) if answers_the_live_job => Event::Saved(live, result),
                (Event::Searched(_, result), Some(live)) if answers_the_live_job => Event::Searched(live, result),
                (Event::Heard(_, result), Some(live)) if answers_the_live_job => Event::Heard(live, result),
                (Event::Recording(_, recording), Some(live)) if answers_the_live_job => Event::Recording(live, recording),
                (event, _) => event,
            };
            if let Event::Found(job, _)
            | Event::Described(job, _)
            | Event::Read(job, _)
            | Event::Answered(job, _)
            | Event::Saved(job, _)
            | Event::Searched(job, _)
            | Event::Heard(job, _) = &event
            {
                world.live.take_if(|live| live == job);
            }
            let stops = matches!(event, Event::Act(Action::Stop) | Event::Press(Action::Stop));
            let releases = matches!(event, Event::Release(Action::Ask));
            // A recording that has ended by itself needs no release.
            if let Event::Recording(job, Recording::Ended) = event {
                world.recording.take_if(|(recording, _)| *recording == job);
            }
            let effects = machine.take(event, Duration::from_millis(millis));
            for effect in &effects {
                world.bear(effect);
            }
            // Without a job, time is heeded only behind a warning.
            prop_assert!(machine.heeds_time() || world.live.is_none());
            prop_assert!(!machine.heeds_time() || world.live.is_some() || world.warned);
            prop_assert_eq!(machine.status() == Status::ChoosingRegion, world.frozen);
            // Whoever lets go of the key is not recorded without end.
            let records = world.recording.filter(|(job, _)| world.live == Some(*job));
            prop_assert!(!releases || records.is_none_or(|(_, until)| until != Until::Released));
            if stops {
                prop_assert_eq!(machine.status(), Status::Idle);
                prop_assert!(said(&effects).is_empty());
            }
        }
    }

    /// After "stop" nothing is said, whatever was going on before and whatever comes in late.
    #[test]
    fn nothing_speaks_after_stop(before in prop::collection::vec(any_event(), 0..60), late in prop::collection::vec(0u64..60, 0..40)) {
        let mut machine = machine();
        for event in before {
            machine.take(event, Duration::ZERO);
        }
        machine.take(Event::Act(Action::Stop), Duration::ZERO);
        for (index, job) in late.into_iter().enumerate() {
            let event = match index % 5 {
                0 => Event::Found(job, Ok(Found::Picture(seen("late")))),
                1 => Event::Described(job, Ok(words("Late."))),
                2 => Event::Spoken(job),
                3 => Event::Found(job, Ok(Found::Sources(vec![file("late")]))),
                _ => Event::Tick,
            };
            let effects = machine.take(event, Duration::from_secs(index as u64 * 30));
            prop_assert!(effects.is_empty(), "{:?}", effects);
        }
    }
}
