"""Step 1: run the frozen image encoder once over all pictures and keep its feature maps.

Training pictures are kept three times: as they are, mirrored, and cropped at random (mirrored by chance); the others once.
Writes `features/NAME.npy` [pictures, 81, 1280] float16 and `features/NAME.logits.npy` [pictures, 1000] into the work folder.
"""

import random
import sys
import time

import numpy as np
import torch
from PIL import Image, ImageOps

import data
import efficientnet

SIZE, GRID, CHANNELS, BATCH = 260, 9, 1280, 32


def plain(image, _seed):
    return image


def mirrored(image, _seed):
    return ImageOps.mirror(image)


def cropped(image, seed):
    """60 to 95 % of the area, sides varied by up to 15 %, mirrored by chance."""
    chance = random.Random(seed)
    area, aspect = chance.uniform(0.6, 0.95), chance.uniform(0.85, 1.15)
    width = min(1.0, (area * aspect) ** 0.5) * image.width
    height = min(1.0, (area / aspect) ** 0.5) * image.height
    left, top = chance.uniform(0, image.width - width), chance.uniform(0, image.height - height)
    image = image.crop((round(left), round(top), round(left + width), round(top + height)))
    return mirrored(image, seed) if chance.random() < 0.5 else image


def load_pixels(path, change, seed):
    with Image.open(path) as image:
        image = change(image.convert("RGB"), seed)
        return np.asarray(image.resize((SIZE, SIZE), Image.Resampling.BICUBIC))


def extract(model, name, paths, change, bfloat16):
    folder = data.WORK / "features"
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / f"{name}.logits.npy").exists():
        return
    maps = np.lib.format.open_memmap(
        folder / f"{name}.npy", "w+", np.float16, (len(paths), GRID * GRID, CHANNELS)
    )
    logits = np.zeros((len(paths), 1000), np.float32)
    start = time.time()
    for first in range(0, len(paths), BATCH):
        chunk = paths[first : first + BATCH]
        pixels = np.stack([load_pixels(path, change, first + i) for i, path in enumerate(chunk)])
        pixels = torch.from_numpy(pixels).permute(0, 3, 1, 2).float().contiguous(memory_format=torch.channels_last)
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
            features, scores = model(pixels)
        maps[first : first + len(chunk)] = features.float().flatten(2).transpose(1, 2).numpy()
        logits[first : first + len(chunk)] = scores.float().numpy()
    maps.flush()
    np.save(folder / f"{name}.logits.npy", logits)
    print(f"{name}: {len(paths)} pictures in {time.time() - start:.0f} s", flush=True)


def main():
    torch.manual_seed(0)
    model = efficientnet.load(data.EFFICIENTNET).to(memory_format=torch.channels_last)
    train = [path for path, _ in data.flickr8k("train")]
    dev = [path for path, _ in data.flickr8k("dev")]
    # bfloat16 is three times as fast and only a little noisy: good enough to learn from, not to be measured on.
    extract(model, "train", train, plain, True)
    extract(model, "dev", dev, plain, False)
    extract(model, "train-mirrored", train, mirrored, True)
    extract(model, "train-cropped", train, cropped, True)
    extract(model, "imagenet-samples", data.pictures("imagenet-samples"), plain, False)
    extract(model, "coco-unlabelled", data.pictures("coco-unlabelled"), plain, False)


if __name__ == "__main__":
    sys.exit(main())
