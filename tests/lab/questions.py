#!/usr/bin/python3
"""Ten questions spoken into the microphone of the real app, and its answers as the speaker played them, written down again by Whisper:

    tests/lab/sound.sh heard.wav tests/lab/desktop.sh tests/lab/questions.py target/release/eyebright PACKS

PACKS is the folder of the fetched packs `ears` and `reader`. Needs flite, whose voice asks.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import wave
from pathlib import Path

from latency import RATE, Ear, Keyboard, settings

PICTURES = Path(__file__).parents[1] / "pictures"
ASK = "ctrl+alt+shift+q"
# A picture, a question, and a word that only the right answer has.
QUESTIONS = [
    ("coffee.jpg", "Is there a cup?", "yes"),
    ("coffee.jpg", "Where is the cup?", "middle"),
    ("coffee.jpg", "Is there a dog?", "no dogs"),
    ("cat.jpg", "Is there a cat?", "yes"),
    ("dog.jpg", "Where is the dog?", "middle"),
    ("two-men.png", "How many people are there?", "two people"),
    ("motorcycle.jpg", "What is in the picture?", "motorcycle"),
    ("parking-sign.jpg", "What does the sign say?", "parking prohibited"),
    ("orange.jpg", "Is it a photo?", "photo"),
    ("motorcycle.jpg", "Where is the motorcycle?", "middle"),
]


class Recorder:
    def __init__(self, path):
        self.path = path
        command = f"parec --device=speaker.monitor --format=s16le --channels=1 --rate={RATE} --latency-msec=20 --raw".split()
        self.raw = tempfile.TemporaryFile()
        self.process = subprocess.Popen(command, stdout=self.raw)

    def end(self):
        self.process.terminate()
        self.process.wait()
        self.raw.seek(0)
        with wave.open(str(self.path), "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(RATE)
            out.writeframes(self.raw.read())


def wait_for_microphone():
    for _ in range(100):
        if 'application.name = "cpal-' in subprocess.run(["pactl", "list", "source-outputs"], capture_output=True, text=True).stdout:
            return
        time.sleep(0.05)
    raise SystemExit("the microphone was not opened")


def settle(ear):
    """Until nothing was heard for a second and a half, after something was."""
    begin = time.monotonic()
    while time.monotonic() < begin + 30:
        time.sleep(0.05)
        if ear.loud and ear.loud[-1] > begin and time.monotonic() - ear.loud[-1] > 1.5:
            return


def main():
    program, packs, folder = sys.argv[1], sys.argv[2], Path(tempfile.mkdtemp())
    os.environ["EYEBRIGHT_PACKS"] = packs
    settings("earcons = false")
    app = subprocess.Popen([program, "open", "--hidden"])
    time.sleep(4)
    ear, keyboard, right, waits = Ear(), Keyboard(), 0, []
    for index, (picture, question, wanted) in enumerate(QUESTIONS):
        spoken, answered = folder / f"question{index}.wav", folder / f"answer{index}.wav"
        subprocess.run(["flite", "-voice", "slt", "-o", spoken, "-t", question], check=True)
        subprocess.run([program, "open", PICTURES / picture], check=True)
        settle(ear)
        keyboard.press(ASK)
        wait_for_microphone()
        time.sleep(0.4)
        recorder = Recorder(answered)
        subprocess.run(["paplay", "--device=micfeed", spoken], check=True)
        ended = time.monotonic()
        waits.append(ear.first_after(ended, 15) - ended)
        settle(ear)
        recorder.end()
        run = subprocess.run([program, "listen", "--json", answered], capture_output=True, text=True)
        text = json.loads(run.stdout)["text"] if run.stdout else run.stderr
        is_right = wanted in text.lower()
        right += is_right
        print(f"{'right' if is_right else 'WRONG'}  {picture}: {question} - {text.strip()}", flush=True)
    app.kill()
    waits.sort()
    print(f"{right} of {len(QUESTIONS)} right; from the end of the question to the first word {waits[len(waits) // 2]:.1f} s, median")
    return right < len(QUESTIONS)


if __name__ == "__main__":
    sys.exit(main())
