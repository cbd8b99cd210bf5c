"""Step 1: run the frozen image encoder once over all pictures and keep its tokens.

Training pictures are kept six times: as they are, mirrored, and four times cropped, coloured and mirrored at random; the others once.
Writes `features/NAME.npy` [pictures, 26, 1734] float16, see `levels.py`, and `features/NAME.npz` (`logits` [pictures, 1000], `mirrored` [pictures])
into the work folder, and the scale of the levels.
"""

import random
import sys
import time

import numpy as np
import torch
from PIL import Image, ImageEnhance, ImageOps

import data
import efficientnet
import levels

SIZE, BATCH, CROPPED = 260, 32, 4


def plain(image, _chance):
    return image, False


def mirrored(image, _chance):
    return ImageOps.mirror(image), True


def cropped(image, chance):
    """50 to 95 % of the area, sides and colours varied by up to a quarter, mirrored by chance."""
    area, aspect = chance.uniform(0.5, 0.95), chance.uniform(0.8, 1.25)
    width = min(1.0, (area * aspect) ** 0.5) * image.width
    height = min(1.0, (area / aspect) ** 0.5) * image.height
    left, top = chance.uniform(0, image.width - width), chance.uniform(0, image.height - height)
    image = image.crop((round(left), round(top), round(left + width), round(top + height)))
    for change in (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color):
        image = change(image).enhance(chance.uniform(0.75, 1.25))
    return mirrored(image, chance) if chance.random() < 0.5 else (image, False)


def load_pixels(path, change=plain, chance=None):
    """(RGB bytes [SIZE, SIZE, 3], whether they are mirrored)"""
    with Image.open(path) as image:
        image, mirror = change(image.convert("RGB"), chance)
        return np.asarray(image.resize((SIZE, SIZE), Image.Resampling.BICUBIC)), mirror


def extract(model, name, paths, change=plain, bfloat16=False):
    folder = data.WORK / "features"
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / f"{name}.npz").exists():
        return
    kept = np.lib.format.open_memmap(folder / f"{name}.npy", "w+", np.float16, (len(paths), 1 + levels.GRID**2, levels.WIDTH))
    logits, mirrors = np.zeros((len(paths), 1000), np.float32), np.zeros(len(paths), bool)
    start, chance = time.time(), random.Random(name)
    for first in range(0, len(paths), BATCH):
        here = slice(first, first + BATCH)
        seen = [load_pixels(path, change, chance) for path in paths[here]]
        pixels = torch.from_numpy(np.stack([rgb for rgb, _ in seen])).permute(0, 3, 1, 2)
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
            maps, scores = model(pixels.float().contiguous(memory_format=torch.channels_last))
        kept[here] = levels.tokens(pixels, maps).numpy()
        logits[here], mirrors[here] = scores.float().numpy(), [mirror for _, mirror in seen]
    kept.flush()
    np.savez(folder / f"{name}.npz", logits=logits, mirrored=mirrors)
    print(f"{name}: {len(paths)} pictures in {time.time() - start:.0f} s", flush=True)


def main():
    torch.manual_seed(0)
    model = efficientnet.load(data.EFFICIENTNET).to(memory_format=torch.channels_last)
    train = [path for path, _ in data.flickr8k("train")]
    dev = [path for path, _ in data.flickr8k("dev")]
    # bfloat16 is three times as fast and only a little noisy: good enough to learn from, not to be measured on.
    extract(model, "train", train, bfloat16=True)
    levels.measure(np.load(data.WORK / "features" / "train.npy", mmap_mode="r")[::4])
    extract(model, "dev", dev)
    extract(model, "train-mirrored", train, mirrored, True)
    for number in range(CROPPED):
        extract(model, f"train-cropped-{number}", train, cropped, True)
    extract(model, "imagenet-samples", data.pictures("imagenet-samples"))
    extract(model, "coco-unlabelled", data.pictures("coco-unlabelled"))


if __name__ == "__main__":
    sys.exit(main())
