"""Character error rate of `eyebright read` and of Tesseract on generated pages, screenshots and photos of pages, group by group.

    evaluate_reader.py EYEBRIGHT WORK      EYEBRIGHT is the built program; its pack `reader` was fetched. WORK is an empty folder.

Needs numpy, Pillow, tesseract (with the language data eng and deu) and the fonts DejaVu, Liberation and Noto. The pages are the same on
every run: their sentences come from this repository's own pages, with some German ones.
"""

import json
import random
import re
import subprocess
import sys
import time
import unicodedata
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

ROOT = Path(__file__).parents[2]
FONTS = "/usr/share/fonts/truetype/"
SANS = ["dejavu/DejaVuSans.ttf", "liberation/LiberationSans-Regular.ttf", "noto/NotoSans-Regular.ttf"]
SERIF = ["dejavu/DejaVuSerif.ttf", "liberation/LiberationSerif-Regular.ttf", "noto/NotoSerif-Regular.ttf"]
BOLD = ["dejavu/DejaVuSans-Bold.ttf", "liberation/LiberationSans-Bold.ttf"]
LIGHT = [("#ffffff", "#000000"), ("#fafafa", "#222222"), ("#f4efe4", "#302820"), ("#eef2f7", "#333b44")]
DARK = [("#1e1e1e", "#e0e0e0"), ("#202830", "#c8d0d8"), ("#000000", "#ffffff"), ("#282a36", "#f8f8f2")]
LABELS = (
    "File Edit View Insert Format Tools Help Window Settings Open Save Cancel Apply Close Undo Redo Cut Copy Paste Print Search"
    " Replace Download Upload Share Inbox Drafts Sent Archive Trash Today Yesterday Documents Pictures Music Videos Network Account"
    " Privacy Security Language Keyboard Display Sound Power About"
).split()
STRINGS = json.loads((ROOT / "src-tauri/strings/de.json").read_text()).values()
GERMAN = [text for text in STRINGS if 30 < len(text) < 120 and "{" not in text]


def sentences():
    """Plain sentences of the repository's pages."""
    text = "".join((ROOT / name).read_text() for name in ("README.md", "ARCHITECTURE.md", "models/training/README.md"))
    text = re.sub(r"```.*?```", "", text, flags=re.S)
    text = re.sub(r"[|`#*_>\[\]{}<─│├┬┼┤└┐]|--+", " ", text)
    parts = re.split(r"(?<=[.:;])\s+", re.sub(r"\s+", " ", text))
    return [part for part in parts if 25 < len(part) < 160 and part.isascii()]


class Page:
    """A picture and the lines written on it, in reading order."""

    def __init__(self, chance, size, colours):
        self.chance = chance
        self.paper, self.ink = chance.choice(colours)
        self.image = Image.new("RGB", size, self.paper)
        self.draw = ImageDraw.Draw(self.image)
        self.lines = []

    def font(self, family, size):
        return ImageFont.truetype(FONTS + self.chance.choice(family), size)

    def labels(self, count):
        return " ".join(self.chance.sample(LABELS, count))

    def put(self, x, y, text, font, **options):
        self.draw.text((x, y), text, font=font, **{"fill": self.ink, **options})
        self.lines.append(text)

    def block(self, font, left, top, width, bottom):
        """Paragraphs until the bottom."""
        step = int(font.size * 1.4)
        y = top
        while y < bottom:
            words = " ".join(self.chance.choice(GERMAN if self.chance.random() < 0.12 else SENTENCES) for _ in range(3)).split()
            while words and y + step <= bottom:
                count = 1
                while count < len(words) and font.getlength(" ".join(words[: count + 1])) <= width:
                    count += 1
                self.put(left, y, " ".join(words[:count]), font)
                words, y = words[count:], y + step
            y += step if words == [] else bottom


def document(chance, colours, size):
    page = Page(chance, (1000, 1300), colours)
    page.put(80, 60, page.labels(3), page.font(BOLD, min(40, size * 2)))
    page.block(page.font(chance.choice([SANS, SERIF]), size), 80, 60 + size * 4, 840, 1240)
    return page


def columns(chance, colours, size):
    page = Page(chance, (1400, 1000), colours)
    page.put(60, 40, page.labels(4), page.font(BOLD, 34))
    font = page.font(SERIF, size)
    for column in range(3):
        page.block(font, 60 + 436 * column, 110, 400, 960)
    return page


def screenshot(chance, colours, size):
    """A menu, a list at the left, a table, a paragraph and three buttons on 1920 x 1080."""
    page = Page(chance, (1920, 1080), colours)
    font = page.font(SANS, size)
    x = 12
    for label in chance.sample(LABELS, 9):
        page.put(x, 8, label, font)
        x += int(font.getlength(label)) + 22
    for row, label in enumerate(chance.sample(LABELS, 22)):
        page.put(30, 50 + 30 * row, label, font)
    for row in range(12):
        number = chance.randint(1, 999)
        cells = [chance.choice(LABELS).lower() + ".pdf", f"{number} KB", "PDF document", f"{number % 28 + 1}.11.2024 12:{number % 60:02}"]
        for x, cell in zip((270, 700, 860, 1060), cells):
            page.put(x, 100 + row * (size + 16), cell, font)
    page.block(font, 270, 600, 700, 820)
    for place, label in enumerate(("Cancel", "Apply", "Save all")):
        left = 1500 + place * 130
        page.draw.rounded_rectangle([left, 1020, left + 110, 1052], 6, fill="#2060c0")
        page.put(left + 55, 1036, label, font, fill="#ffffff", anchor="mm")
    return page


def photo(chance, colours, size):
    """A page in perspective, unevenly lit, a little blurred, with noise and JPEG's traces."""
    page = document(chance, colours, size)
    width, height = page.image.size
    corner = lambda x, y: (x + chance.uniform(-0.05, 0.02) * width * (1 if x == 0 else -1), y + chance.uniform(-0.04, 0.02) * height * (1 if y == 0 else -1))
    quad = [corner(0, 0), corner(0, height), corner(width, height), corner(width, 0)]
    table = Image.new("RGB", (1500, 1950), "#6b5540")
    flat = page.image.transform((1300, 1690), Image.QUAD, sum(quad, ()), Image.BICUBIC, fillcolor="#6b5540")
    table.paste(flat, (100, 130))
    pixels = np.asarray(table.filter(ImageFilter.GaussianBlur(chance.uniform(0.4, 1.0))), np.float32)
    light = np.linspace(chance.uniform(0.6, 0.8), 1.05, pixels.shape[1])[None, :, None]
    noise = np.random.default_rng(chance.randint(0, 1 << 30)).normal(0, chance.uniform(2, 7), pixels.shape)
    page.image = Image.fromarray((pixels * light + noise).clip(0, 255).astype(np.uint8))
    return page


def pages():
    """Yields (group, page)."""
    for index in range(5):
        chance = random.Random(index)
        yield "document", document(chance, LIGHT, [12, 14, 16, 20, 28][index])
        yield "columns", columns(chance, LIGHT, [11, 12, 13, 15, 17][index])
        yield "light screen", screenshot(chance, LIGHT, [9, 10, 11, 12, 13][index])
        yield "dark screen", screenshot(chance, DARK, [9, 10, 11, 12, 13][index])
        yield "large", document(chance, DARK, [24, 28, 32, 36, 40][index])
        turned = document(chance, LIGHT, 14)
        turned.image = turned.image.rotate([-5, 3, -2, 5, 1.5][index], Image.BICUBIC, expand=True, fillcolor=turned.paper)
        yield "rotated", turned
    for index in range(20):
        yield "photo", photo(random.Random(100 + index), LIGHT, [16, 20, 24, 28][index % 4])


def plain(text):
    """One kind of quotation mark, dash and space, as readers differ in them."""
    text = unicodedata.normalize("NFKC", text)
    for signs, sign in (("“”„", '"'), ("‘’`´", "'"), ("–—", "-")):
        text = re.sub(f"[{signs}]", sign, text)
    return re.sub(r"\s+", " ", text).strip()


def distance(wanted, found, anywhere=False):
    """Levenshtein's distance; `anywhere`: to the part of `found` that is nearest."""
    found = np.array([ord(letter) for letter in found])
    places = np.arange(len(found) + 1)
    row = np.zeros(len(found) + 1, int) if anywhere else places.copy()
    for count, letter in enumerate(wanted, 1):
        new = np.concatenate([[count], np.minimum(row[:-1] + (found != ord(letter)), row[1:] + 1)])
        row = np.minimum.accumulate(new - places) + places
    return int(row.min() if anywhere else row[-1])


def errors(group, lines, found):
    """Wrong characters. In which order the parts of a screen are read is a matter of taste: there, line by line."""
    lines, found = [plain(line) for line in lines], plain(found)
    if "screen" not in group:
        return distance(" ".join(lines), found)
    surplus = len(found.replace(" ", "")) - len("".join(lines).replace(" ", ""))
    return sum(distance(line, found, anywhere=True) for line in lines) + max(0, surplus)


def main(program, work):
    work.mkdir(exist_ok=True)
    totals, seconds = {}, {"eyebright": [], "tesseract": []}
    for number, (group, page) in enumerate(pages()):
        path = work / f"{number:02}.{'jpg' if group == 'photo' else 'png'}"
        page.image.save(path, quality=80)
        commands = {
            "eyebright": [program, "read", "--json", path],
            "tesseract": ["tesseract", path, "-", "-l", "eng+deu", "--psm", "3"],
        }
        for reader, command in commands.items():
            start = time.monotonic()
            found = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            seconds[reader].append(time.monotonic() - start)
            if reader == "eyebright":
                found = "\n".join(line["line"] for line in json.loads(found)["text"])
            path.with_suffix(f".{reader}.txt").write_text(found)
            score = totals.setdefault(group, {}).setdefault(reader, [0, 0])
            score[0] += errors(group, page.lines, found)
            score[1] += len(plain(" ".join(page.lines)))
        path.with_suffix(".txt").write_text("\n".join(page.lines))
    print(f"{'':14}{'eyebright':>10}{'tesseract':>10}   % of characters wrong")
    for group, scores in totals.items():
        print(f"{group:14}" + "".join(f"{100 * wrong / all_:10.2f}" for wrong, all_ in scores.values()))
    print(f"{'seconds a page':14}" + "".join(f"{np.mean(times):10.2f}" for times in seconds.values()))


SENTENCES = sentences()

if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
