"""Makes models/tests/golden/reader.json, what OpenCV and numpy make of small inputs of the text reader, and reader.png, a page to read.

    reference_reader.py        needs numpy, opencv-python-headless, pyclipper, Pillow and the font DejaVu Sans

The networks are too large to keep beside the tests, so the work before and after them is compared: a normalised tile, the rectangles
of a probability map (DB's post-processing as PaddleOCR does it), and the greedy CTC decoding of probabilities.
"""

import json
from pathlib import Path

import cv2
import numpy as np
import pyclipper
from PIL import Image, ImageDraw, ImageFont

GOLDEN = Path(__file__).parents[1] / "tests" / "golden"
FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
HEADING = "Eyebright reads"
COLUMNS = [
    ["The left column is read from its", "very first line down to its last", "one, however it is set."],
    ["Then follows the right column: it", "says that 12.50 € is the price and", "ends with schöne Grüße."],
]
BARS = [((60, 20), (90, 9), 0.0), ((150, 60), (120, 10), 7.0), ((60, 110), (70, 8), -12.0), ((200, 120), (8, 60), 3.0)]


def probability_map():
    """Four bars at angles, with soft edges, in 256 x 160 pixels of 8 bits."""
    canvas = np.zeros((160, 256), np.uint8)
    for centre, size, angle in BARS:
        corners = cv2.boxPoints((centre, size, angle)).round().astype(np.int32)
        cv2.fillPoly(canvas, [corners], 230)
    return cv2.GaussianBlur(canvas, (5, 5), 0)


def rectangles(canvas):
    """Centre, longer side, shorter side, and angle of the longer side, of each grown core; thresholds as in boxes.rs."""
    contours, _ = cv2.findContours((canvas > 0.3 * 255).astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    found = []
    for contour in contours:
        core = cv2.boxPoints(cv2.minAreaRect(contour))
        area = cv2.contourArea(core)
        distance = area * 1.6 / cv2.arcLength(core.reshape(-1, 1, 2), True)
        # The library rounds to whole numbers, hence the factor.
        offset = pyclipper.PyclipperOffset()
        offset.AddPath((core * 1000).round().astype(int).tolist(), pyclipper.JT_ROUND, pyclipper.ET_CLOSEDPOLYGON)
        grown = np.array(offset.Execute(distance * 1000)[0], np.float32) / 1000
        (x, y), (width, height), angle = cv2.minAreaRect(grown)
        if width < height:
            width, height, angle = height, width, angle - 90
        # Pixel (0, 0) has its middle at (0, 0) in OpenCV, at (0.5, 0.5) here.
        found.append([x + 0.5, y + 0.5, width, height, (angle + 90) % 180 - 90])
    return sorted(found)


def tile(random):
    """An RGB picture and what PP-OCR's detector is given of it: blue first, -1 to 1, [3, 32, 32] with repeated edges."""
    pixels = random.integers(0, 256, (20, 30, 3), dtype=np.uint8)
    scaled = (pixels[:, :, ::-1].astype(np.float32) / 255 - 0.5) / 0.5
    padded = np.pad(scaled, ((0, 12), (0, 2), (0, 0)), mode="edge")
    return pixels, padded.transpose(2, 0, 1)


def crop(random):
    """A 96 x 24 picture, doubled to 192 x 48 by OpenCV's bilinear interpolation as PP-OCR's recogniser is given it."""
    pixels = cv2.GaussianBlur(random.integers(0, 256, (24, 96, 3), dtype=np.uint8), (3, 3), 0)
    large = cv2.resize(pixels[:, :, ::-1].astype(np.float32), (192, 48), interpolation=cv2.INTER_LINEAR)
    return pixels, ((large / 255 - 0.5) / 0.5).transpose(2, 0, 1)


def ctc(random):
    """Probabilities [24, 6] and what they say; class 0 is the blank, 5 the space."""
    characters = ["", "a", "b", "ß", "中", " "]
    logits = random.normal(0, 1, (24, 6)).astype(np.float32)
    for step, best in enumerate([1, 1, 0, 1, 5, 2, 2, 3, 0, 0, 3, 4, 4, 5, 5, 1, 0, 2, 0, 2, 2, 4, 0, 5]):
        logits[step, best] += 4
    exponents = np.exp(logits)
    probabilities = exponents / exponents.sum(1, keepdims=True)
    best = probabilities.argmax(1)
    keep = (best != 0) & (best != np.concatenate([[0], best[:-1]]))
    text = "".join(characters[i] for i in best[keep]).strip()
    return {
        "listed": "\n".join(characters[1:-1]),
        "probabilities": probabilities.ravel().round(6).tolist(),
        "text": text,
        "score": float(probabilities.max(1)[keep].mean()),
    }


def page():
    """A heading over two columns, 640 x 160, and its lines in reading order."""
    picture = Image.new("RGB", (640, 160), "#f8f8f0")
    draw = ImageDraw.Draw(picture)
    draw.text((20, 10), HEADING, "#203040", ImageFont.truetype(FONT, 28))
    for left, column in zip((20, 330), COLUMNS):
        for row, line in enumerate(column):
            draw.text((left, 62 + 28 * row), line, "#203040", ImageFont.truetype(FONT, 15))
    picture.save(GOLDEN / "reader.png", optimize=True)
    (GOLDEN / "reader.txt").write_text("\n".join([HEADING] + sum(COLUMNS, [])) + "\n")


def main():
    random = np.random.default_rng(6)
    canvas = probability_map()
    tile_pixels, tile_input = tile(random)
    crop_pixels, crop_input = crop(random)
    golden = {
        "map": canvas.ravel().tolist(),
        "map_width": canvas.shape[1],
        "rectangles": rectangles(canvas),
        "tile": tile_pixels.ravel().tolist(),
        "tile_input": tile_input.ravel().round(5).tolist(),
        "crop": crop_pixels.ravel().tolist(),
        "crop_input": crop_input.ravel()[::7].round(5).tolist(),
        "ctc": ctc(random),
    }
    (GOLDEN / "reader.json").write_text(json.dumps(golden, separators=(",", ":"), ensure_ascii=False) + "\n")
    page()


if __name__ == "__main__":
    main()
