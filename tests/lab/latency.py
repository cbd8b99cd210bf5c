#!/usr/bin/python3
"""From a key press in another window to what the speaker plays, and what the app costs; figures for BENCHMARKS.md:

    tests/lab/sound.sh heard.wav tests/lab/desktop.sh tests/lab/latency.py target/release/eyebright [PRESSES]

A press counts from before the key goes down to the arrival of the first audible sample from a recording of the speaker. Earcons are
switched off for the speech, and nothing is spoken while earcons are measured, so that each is the only sound there is.
"""

import array
import os
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

PICTURE = Path(__file__).parents[1] / "pictures" / "coffee.jpg"
KEY, STOP = "ctrl+alt+shift+w", "ctrl+alt+shift+h"
RATE, LOUD, QUIET = 48000, 150, 0.4  # samples a second, of 32,768, seconds


class Ear(threading.Thread):
    """Listens to the speaker; `loud` are the times at which something was heard."""

    def __init__(self):
        super().__init__(daemon=True)
        command = "parec --device=speaker.monitor --format=s16le --channels=1 --latency-msec=5 --raw".split()
        self.source = subprocess.Popen([*command, f"--rate={RATE}"], stdout=subprocess.PIPE, bufsize=0)
        self.loud = []
        self.start()

    def run(self):
        while data := self.source.stdout.read(480):
            now = time.monotonic()
            samples = array.array("h", data[: len(data) // 2 * 2])
            first = next((i for i, sample in enumerate(samples) if abs(sample) > LOUD), None)
            if first is not None:
                self.loud.append(now - (len(samples) - first) / RATE)

    def first_after(self, moment, patience=6):
        while time.monotonic() < moment + patience:
            heard = [time for time in self.loud if time > moment]
            if heard:
                return heard[0]
            time.sleep(0.005)
        raise SystemExit("nothing was heard")

    def wait_for_silence(self):
        while self.loud and time.monotonic() - self.loud[-1] < QUIET:
            time.sleep(0.05)


class Keyboard:
    def __init__(self):
        self.xdotool = subprocess.Popen(["xdotool", "-"], stdin=subprocess.PIPE, text=True)

    def press(self, keys):
        """The moment just before."""
        moment = time.monotonic()
        self.xdotool.stdin.write(f"key --delay 0 {keys}\n")
        self.xdotool.stdin.flush()
        return moment


def settings(text):
    path = Path(os.environ["XDG_CONFIG_HOME"]) / "eyebright" / "settings.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"version = 1\n{text}\n")


def resident(pid):
    """MB of the process alone, and of it with the web processes that it started."""

    def own(pid, field="VmRSS"):
        try:
            lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        except OSError:
            return 0
        return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(field)), 0)

    children = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True).stdout.split()
    return own(pid), own(pid) + sum(own(child) for child in children)


def start(program, *words):
    app = subprocess.Popen([program, "open", *words])
    # Another start is answered once the app is ready.
    time.sleep(3)
    subprocess.run([program, "do", "spell"], check=True)
    time.sleep(3)
    return app


def window_ready(program):
    """Seconds until the window is on the screen."""
    begin = time.monotonic()
    app = subprocess.Popen([program, "open"])
    while True:
        found = subprocess.run(["xdotool", "search", "--onlyvisible", "--name", "^Eyebright$"], capture_output=True, text=True)
        if found.stdout:
            break
        time.sleep(0.02)
    took = time.monotonic() - begin
    time.sleep(1)
    app.kill()
    app.wait()
    return took


def measure(ear, keyboard, presses, speech):
    times = []
    for _ in range(presses):
        ear.wait_for_silence()
        moment = keyboard.press(KEY if speech else STOP)
        times.append((ear.first_after(moment) - moment) * 1000)
        if speech:
            keyboard.press(STOP)
        time.sleep(0.8)
    times.sort()
    return f"median {statistics.median(times):.0f} ms, fastest {times[0]:.0f}, slowest {times[-1]:.0f}, of {presses}"


def main():
    program, presses = os.path.abspath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 20
    ear, keyboard = Ear(), Keyboard()
    settings("")
    print(f"start to the window: {statistics.median(window_ready(program) for _ in range(5)):.2f} s, median of 5", flush=True)
    app = start(program)
    print("resident with a window: %.0f MB, with web processes %.0f" % resident(app.pid), flush=True)
    subprocess.run([program, "open", PICTURE], check=True)
    time.sleep(5)
    print("resident with a window and the model: %.0f MB, with web processes %.0f" % resident(app.pid), flush=True)
    app.kill()
    app.wait()
    viewer = subprocess.Popen(["display", str(PICTURE)])
    settings("earcons = false")
    app = start(program, "--hidden")
    print("resident before the first picture: %.0f MB, with web processes %.0f" % resident(app.pid), flush=True)
    subprocess.run(["xdotool", "search", "--sync", "--onlyvisible", "--name", "ImageMagick", "windowactivate", "--sync"], check=True)
    print("key to the first spoken sample:", measure(ear, keyboard, presses, True), flush=True)
    print("resident with the model: %.0f MB, with web processes %.0f" % resident(app.pid), flush=True)
    app.kill()
    app.wait()
    settings("")
    app = start(program, "--hidden")
    print("key to the earcon:", measure(ear, keyboard, presses, False), flush=True)
    for process in (app, viewer):
        process.kill()


if __name__ == "__main__":
    sys.exit(main())
