//! A desktop of our own, with a speaker that is recorded, for the app: see `lab/desktop.sh` and `lab/sound.sh`.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::sound::{loudness, tones};
use crate::{eyebright, picture};

/// Nothing in a test takes longer, unless the machine is dead.
const PATIENCE: Duration = Duration::from_secs(40);
/// Long enough for anything that should not be said to be said.
pub const A_WHILE: Duration = Duration::from_millis(1500);

/// A running desktop; gone when dropped.
pub struct Desktop {
    folder: TempDir,
    lab: Child,
    environment: Vec<(String, String)>,
}

/// A running program; ended when dropped.
pub struct Running(pub Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Running {
    /// Whether it still runs.
    pub fn is_running(&mut self) -> bool {
        matches!(self.0.try_wait(), Ok(None))
    }
}

impl Desktop {
    /// Starts everything that a desktop needs.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let listing = folder.path().join("environment");
        fs::create_dir(folder.path().join("log")).unwrap();
        // Lives until its standard input is closed.
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
        // Not its first run: the welcome would speak into everything.
        let settings = desktop.settings();
        fs::create_dir_all(settings.parent().unwrap()).unwrap();
        fs::write(settings, "version = 1\n").unwrap();
        desktop
    }

    /// A folder for the test's own files.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A variable of the desktop.
    pub fn variable(&self, name: &str) -> &str {
        let found = self.environment.iter().find(|(own, _)| own == name);
        found.map_or("", |(_, value)| value)
    }

    /// Where the app keeps its settings.
    pub fn settings(&self) -> PathBuf {
        Path::new(self.variable("XDG_CONFIG_HOME")).join("eyebright/settings.toml")
    }

    /// A program on this desktop.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env_clear().envs(self.environment.iter().cloned());
        command.stdin(Stdio::null());
        command
    }

    /// Runs a shell line to its end and gives what it printed.
    pub fn sh(&self, line: &str) -> String {
        let output = self.command("sh").args(["-c", line]).output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// The app, as another start of it.
    pub fn eyebright(&self, arguments: &[&str]) -> Command {
        let mut command = self.command(eyebright().get_program());
        command.args(arguments);
        command
    }

    /// Starts the app, whose words on standard error go into its log.
    pub fn start_app(&self, command: &mut Command) -> Running {
        let log = fs::File::create(self.folder().join("log/app")).unwrap();
        Running(command.stdout(Stdio::null()).stderr(log).spawn().unwrap())
    }

    /// Starts the app and waits until it can be used.
    pub fn app(&self, arguments: &[&str]) -> Running {
        self.app_with(arguments, &[])
    }

    /// The same with variables of its own.
    pub fn app_with(&self, arguments: &[&str], variables: &[(&str, &std::ffi::OsStr)]) -> Running {
        let app = self.start_app(self.eyebright(arguments).envs(variables.iter().copied()));
        until("the app to own its name on the bus", || {
            let names = self
                .sh("dbus-send --session --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.ListNames");
            names.contains("org.eyebright").then_some(())
        });
        // What another start asks for is done once the app is ready.
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

    /// Waits until the window of that title has the focus.
    pub fn comes_to_front(&self, title: &str) {
        until(&format!("{title} to be in front"), || {
            (self.front() == title).then_some(())
        });
    }

    /// What a screen reader finds of the app: the lines of `lab/accessible_tree.py`.
    pub fn accessible_tree(&self) -> String {
        let output = self
            .command(lab("accessible_tree.py"))
            .arg("eyebright")
            .output()
            .unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// What the app wrote to standard error.
    pub fn app_log(&self) -> String {
        fs::read_to_string(self.folder().join("log/app")).unwrap_or_default()
    }

    /// Waits until the app has the microphone open, or closed.
    pub fn microphone_is(&self, open: bool) {
        until(&format!("the microphone to be open: {open}"), || {
            // The lab itself records the speaker.
            let recording = self.sh("pactl list source-outputs");
            let is_open = recording.contains("application.name = \"cpal-");
            (is_open == open).then_some(())
        });
    }

    /// Presses keys, in the names of xdotool, such as "ctrl+alt+d".
    pub fn press(&self, keys: &str) {
        self.keys("key", keys);
    }

    /// Holds keys down for a while.
    pub fn hold(&self, keys: &str, during: impl FnOnce()) {
        self.keys("keydown", keys);
        during();
        self.keys("keyup", keys);
    }

    fn keys(&self, verb: &str, keys: &str) {
        let moved = self.command("xdotool").args([verb, keys]).status().unwrap();
        assert!(moved.success(), "xdotool {verb} {keys}");
    }

    /// All that the speech server was told to say, in order.
    pub fn said(&self) -> Vec<String> {
        let log = fs::read(self.folder().join("log/speech-dispatcher.log")).unwrap_or_default();
        let said = |line: &str| {
            let (_, rest) = line.split_once("Queueing message |")?;
            let (text, _) = rest.rsplit_once("| with priority")?;
            Some(text.replace("<speak>", "").replace("</speak>", ""))
        };
        String::from_utf8_lossy(&log).lines().filter_map(said).collect()
    }

    /// Ends the desktop; seconds of sound that the speaker played while it ran.
    pub fn loud(mut self) -> f64 {
        self.end();
        loudness(&self.folder().join("heard.wav")).0
    }

    /// Ends the desktop; which of these frequencies the speaker played as tones while it ran, see [`tones`].
    pub fn tones(mut self, frequencies: &[u32]) -> Vec<u32> {
        self.end();
        tones(&self.folder().join("heard.wav"), frequencies)
    }

    fn end(&mut self) {
        drop(self.lab.stdin.take());
        let _ = self.lab.wait();
    }

    /// Stops, goes on with or kills the speech server: "STOP", "CONT", "KILL".
    pub fn signal_speech(&self, signal: &str) {
        self.sh(&format!("kill -{signal} {}", self.variable("SPEECH_SERVER_PID")));
    }

    /// Waits until something new was said, beyond the first `before` texts, that holds `part`.
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

/// A program of `tests/lab`.
pub fn lab(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("lab").join(name)
}

/// Asks again and again until there is an answer.
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
