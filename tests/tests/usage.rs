//! The command line's help, and its errors for unknown arguments.

use eyebright_tests::{eyebright, finish, run};

#[test]
fn help_names_every_command_and_option() {
    let help = run(["--help"]);
    assert_eq!(help.code, 0);
    for command in [
        "open", "do", "describe", "ask", "read", "find", "embed", "packs", "bench",
    ] {
        assert!(help.out.contains(command), "{command} is not in {}", help.out);
    }
    let help = run(["describe", "--help"]);
    assert_eq!(help.code, 0);
    for option in [
        "--detail",
        "--speak",
        "--json",
        "--pack",
        "--device",
        "--screen",
        "--clipboard",
        "--save-alt",
        "Exit codes",
    ] {
        assert!(help.out.contains(option), "{option} is not in {}", help.out);
    }
    let help = run(["embed", "--help"]);
    assert!(help.out.contains("--npy"), "{}", help.out);
}

#[test]
fn version_is_told() {
    let version = run(["--version"]);
    assert_eq!(
        (version.code, version.out.trim()),
        (0, concat!("eyebright ", env!("CARGO_PKG_VERSION")))
    );
}

#[test]
fn wrong_usage_ends_with_2_and_says_what_is_right() {
    let wrong: [&[&str]; 9] = [
        &["do", "somersault"],
        &["paint", "x.jpg"],
        &["describe"],
        &["describe", "--louder", "x.jpg"],
        &["describe", "--detail", "enormous", "x.jpg"],
        &["describe", "--device", "abacus", "x.jpg"],
        &["embed", "--json", "--npy", "out.npy", "x.jpg"],
        &["packs", "polish"],
        &["find", "--in", "."],
    ];
    for words in wrong {
        let run = run(words);
        assert_eq!(run.code, 2, "{words:?}: {run:?}");
        assert!(run.out.is_empty(), "{words:?}: {run:?}");
        assert!(run.err.contains("--help"), "{words:?}: {run:?}");
    }
}

#[test]
fn without_a_desktop_the_app_says_what_it_needs() {
    for display in ["", ":4711"] {
        let run = finish(eyebright().env("DISPLAY", display).env_remove("WAYLAND_DISPLAY"));
        assert_eq!(run.code, 1, "{run:?}");
        assert!(run.err.contains("desktop session"), "{run:?}");
    }
}
