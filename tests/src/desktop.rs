//! Starts a virtual desktop for the app, with a speaker that is recorded: see `lab/desktop.sh` and `lab/sound.sh`.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::sound::{loudness, tones};
use crate::{eyebright, picture};

/// Timeout of everything that a test waits for.
const PATIENCE: Duration = Duration::from_secs(40);
/// Time to wait before checking that something was not said.
pub const A_WHILE: Duration = Duration::from_millis(1500);

/// A running desktop. Dropping it ends it.
pub struct Desktop {
    folder: TempDir,
    lab: Child,
    environment: Vec<(String, String)>,
}

/// A running program. Dropping it ends it.
pub struct Running(pub Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Running {
    /// True if it still runs.
    pub fn is_running(&mut self) -> bool {
        matches!(self.0.try_wait(), Ok(None))
    }
}

impl Desktop {
    /// Starts the desktop with all that belongs to it: X server, sound, speech, accessibility bus.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let listing = folder.path().join("environment");
        fs::create_dir(folder.path().join("log")).unwrap();
        // The desktop runs until the standard input of this script is closed.
        let script = r#"printenv -0 >"$1.new" && mv "$1.new" "$1" && cat >/dev/null"#;
        let child = Command::new(lab("sound.sh"))
            .arg(folder.path().join("heard.wav"))
            .arg(lab("desktop.sh"))
            .args(["sh", "-c", script, "sh"])
            .arg(&listing)
            .env("LAB_LOG", folder.path().join("log"))
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        until("the desktop to start", || listing.exists().then_some(()));
        let text = fs::read_to_string(&listing).unwrap();
        let pair = |line: &str| {
            line.split_once('=')
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
        };
        let environment = text.split('\0').filter_map(pair).collect();
        let desktop = Self {
            folder,
            lab: child,
            environment,
        };
        // A settings file marks that the first run is over: no welcome is spoken into the tests.
        let settings = desktop.settings();
        fs::create_dir_all(settings.parent().unwrap()).unwrap();
        fs::write(settings, "version = 1\n").unwrap();
        desktop
    }

    /// A folder for the test's own files.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// An environment variable of the desktop; empty if unset.
    pub fn variable(&self, name: &str) -> &str {
        let found = self.environment.iter().find(|(own, _)| own == name);
        found.map_or("", |(_, value)| value)
    }

    /// Path of the app's settings file.
    pub fn settings(&self) -> PathBuf {
        Path::new(self.variable("XDG_CONFIG_HOME")).join("eyebright/settings.toml")
    }

    /// A command that runs a program on this desktop.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env_clear().envs(self.environment.iter().cloned());
        command.stdin(Stdio::null());
        command
    }

    /// Runs a shell line to its end. Returns its standard output.
    pub fn sh(&self, line: &str) -> String {
        let output = self.command("sh").args(["-c", line]).output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// A command that starts the app.
    pub fn eyebright(&self, arguments: &[&str]) -> Command {
        let mut command = self.command(eyebright().get_program());
        command.args(arguments);
        command
    }

    /// Starts the app, with standard error going to its log.
    pub fn start_app(&self, command: &mut Command) -> Running {
        let log = fs::File::create(self.folder().join("log/app")).unwrap();
        Running(command.stdout(Stdio::null()).stderr(log).spawn().unwrap())
    }

    /// Starts the app and waits until it is ready.
    pub fn app(&self, arguments: &[&str]) -> Running {
        self.app_with(arguments, &[])
    }

    /// Like [`Self::app`], with additional environment variables.
    pub fn app_with(&self, arguments: &[&str], variables: &[(&str, &std::ffi::OsStr)]) -> Running {
        let app = self.start_app(self.eyebright(arguments).envs(variables.iter().copied()));
        until("the app to own its name on the bus", || {
            let names = self
                .sh("dbus-send --session --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.ListNames");
            names.contains("org.eyebright").then_some(())
        });
        // The request of a second start is carried out once the app is ready.
        let before = self.said().len();
        assert!(self.eyebright(&["do", "spell"]).status().unwrap().success());
        until("the app to speak", || (self.said().len() > before).then_some(()));
        self.press("ctrl+alt+shift+h");
        app
    }

    /// Hands a photo of a cup of coffee to the running app.
    pub fn open_coffee(&self) {
        self.open(&picture("coffee.jpg"));
    }

    /// Hands a file to the running app.
    pub fn open(&self, file: &Path) {
        let second = self.eyebright(&["open"]).arg(file).status().unwrap();
        assert!(second.success(), "{second}");
    }

    /// The title of the window that has the focus.
    pub fn front(&self) -> String {
        self.sh("xdotool getactivewindow getwindowname").trim().to_owned()
    }

    /// Waits until the window with this title has the focus.
    pub fn comes_to_front(&self, title: &str) {
        until(&format!("{title} to be in front"), || {
            (self.front() == title).then_some(())
        });
    }

    /// The app's accessible tree as a screen reader sees it: the output of `lab/accessible_tree.py`.
    pub fn accessible_tree(&self) -> String {
        let output = self
            .command(lab("accessible_tree.py"))
            .arg("eyebright")
            .output()
            .unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Standard error of the app so far.
    pub fn app_log(&self) -> String {
        fs::read_to_string(self.folder().join("log/app")).unwrap_or_default()
    }

    /// Waits until the app has opened (or closed) the microphone.
    pub fn microphone_is(&self, open: bool) {
        until(&format!("the microphone to be open: {open}"), || {
            // Only count the app's recordings: the lab records the speaker too.
            let recording = self.sh("pactl list source-outputs");
            let is_open = recording.contains("application.name = \"cpal-");
            (is_open == open).then_some(())
        });
    }

    /// Presses keys, named as for xdotool, such as "ctrl+alt+d".
    pub fn press(&self, keys: &str) {
        self.keys("key", keys);
    }

    /// Holds keys down while `during` runs.
    pub fn hold(&self, keys: &str, during: impl FnOnce()) {
        self.keys("keydown", keys);
        during();
        self.keys("keyup", keys);
    }

    fn keys(&self, verb: &str, keys: &str) {
        let moved = self.command("xdotool").args([verb, keys]).status().unwrap();
        assert!(moved.success(), "xdotool {verb} {keys}");
    }

    /// All texts that the speech server was asked to say so far, in order.
    pub fn said(&self) -> Vec<String> {
        let log = fs::read(self.folder().join("log/speech-dispatcher.log")).unwrap_or_default();
        let said = |line: &str| {
            let (_, rest) = line.split_once("Queueing message |")?;
            let (text, _) = rest.rsplit_once("| with priority")?;
            Some(text.replace("<speak>", "").replace("</speak>", ""))
        };
        String::from_utf8_lossy(&log).lines().filter_map(said).collect()
    }

    /// Ends the desktop. Returns the seconds of sound that the speaker played.
    pub fn loud(mut self) -> f64 {
        self.end();
        loudness(&self.folder().join("heard.wav")).0
    }

    /// Ends the desktop. Returns which of these frequencies the speaker played as tones: see [`tones`].
    pub fn tones(mut self, frequencies: &[u32]) -> Vec<u32> {
        self.end();
        tones(&self.folder().join("heard.wav"), frequencies)
    }

    fn end(&mut self) {
        drop(self.lab.stdin.take());
        let _ = self.lab.wait();
    }

    /// Sends a signal to the speech server: "STOP", "CONT" or "KILL".
    pub fn signal_speech(&self, signal: &str) {
        self.sh(&format!("kill -{signal} {}", self.variable("SPEECH_SERVER_PID")));
    }

    /// Waits until a text containing `part` is said, after the first `before` texts. Returns it.
    pub fn hears(&self, before: usize, part: &str) -> String {
        until(&format!("\"{part}\" to be said, not only {:?}", self.said()), || {
            self.said().into_iter().skip(before).find(|text| text.contains(part))
        })
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        self.end();
    }
}

/// Path of a program in `tests/lab`.
pub fn lab(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("lab").join(name)
}

/// Calls `ask` repeatedly until it returns something. Panics after `PATIENCE`; `what` names what was waited for.
pub fn until<R>(what: &str, mut ask: impl FnMut() -> Option<R>) -> R {
    let begin = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(begin.elapsed() < PATIENCE, "gave up waiting for {what}");
        thread::sleep(Duration::from_millis(50));
    }
}
