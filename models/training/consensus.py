"""What people wrote of the training pictures, for nearest-neighbour consensus (Devlin et al., 2015): the engine takes of its beams the caption that shares most
with the captions of like pictures. Writes `consensus.safetensors` into the pack.

    mean [W], axes [W, D]         the encoder's first token, less `mean`, times `axes`, at length 1, is a picture's place (PCA)
    places [N, D]                 those of the training pictures, times 127
    grams [G], ends [G]           hashes (FNV-1a, 32 bits) of the word 1- to 4-grams of at least LEAST pictures, ascending; where each one's rows end
    pictures [E], weights [E]     the pictures with that n-gram; its TF-IDF weight of the unit vector of its order, mean of five captions, times 255
"""

import collections
import json
import math
import sys

import numpy as np
import torch
from safetensors.numpy import load_file, save_file

import data
import levels
from cider import grams

AXES = 64
NEIGHBOURS = 60  # that the engine asks
# How much the score of a beam, its contrastive cosine and a word that comes twice count beside what it shares with them.
LIKELIHOOD, CONTRAST, REPEATED = (json.loads((data.PACK / "calibration.json").read_text())["captions"][name] for name in ("likelihood", "contrast", "repeated"))
# Words that may come twice.
COMMON = set("a an the in on of and with is are to at by from his her their its".split())
PATH = data.PACK / "consensus.safetensors"
LEAST = 3  # pictures that an n-gram must be seen in: what fewer say agrees with nobody, and would tell whole captions


def fnv(words):
    value = 0x811C9DC5
    for byte in " ".join(words).encode():
        value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    return value


def unit(rows):
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


def places():
    kept = np.load(data.WORK / "features" / "train.npy", mmap_mode="r")[:, 0].astype(np.float32)
    means = levels.Scale()(torch.from_numpy(kept)).numpy()
    mean = means.mean(0)
    axes = np.linalg.eigh((means - mean).T @ (means - mean))[1][:, : -AXES - 1 : -1].astype(np.float16)
    return mean, axes, np.round(unit((means - mean) @ axes.astype(np.float32)) * 127).astype(np.int8)


def postings(pictures):
    """{n-gram: {picture: weight}} of all captions; grams of one CIDEr vector have the lengths 1 to 4, each a unit vector of its own."""
    frequency = collections.Counter(gram for captions in pictures for gram in {gram for caption in captions for gram in grams(caption)})
    rows = collections.defaultdict(collections.Counter)
    for picture, captions in enumerate(pictures):
        for caption in captions:
            weights = {gram: count * math.log(len(pictures) / frequency[gram]) for gram, count in grams(caption).items()}
            for size in range(1, 5):
                length = math.sqrt(sum(weight**2 for gram, weight in weights.items() if len(gram) == size))
                for gram, weight in weights.items():
                    if len(gram) == size and frequency[gram] >= LEAST and length:
                        rows[gram][picture] += weight / length / len(captions)
    return rows


class Index:
    """What the engine does with the file, for reference values."""

    def __init__(self):
        self.tensors = load_file(PATH)
        self.row = {h: (int(begin), int(end)) for h, begin, end in zip(self.tensors["grams"].tolist(), [0, *self.tensors["ends"]], self.tensors["ends"])}

    def near(self, token):
        """The encoder's first token [W] -> [N], 1 for the most like training pictures and 0 for others."""
        place = (token - self.tensors["mean"]) @ self.tensors["axes"].astype(np.float32)
        order = np.argsort(-(self.tensors["places"].astype(np.float32) @ place), kind="stable")
        return np.isin(np.arange(len(order)), order[:NEIGHBOURS])

    def shared(self, near, caption):
        """CIDEr between a caption and those of the near pictures, summed over these and over the four orders."""
        squares, products = [0.0] * 5, [0.0] * 5
        for gram, count in grams(caption).items():
            begin, end = self.row.get(fnv(gram), (0, 0))
            weight = count * math.log(len(near) / max(1, end - begin))
            squares[len(gram)] += weight**2
            products[len(gram)] += weight * self.tensors["weights"][begin:end][near[self.tensors["pictures"][begin:end]]].sum() / 255
        return sum(product / math.sqrt(square) for product, square in zip(products, squares) if square)

    def agreement(self, near, caption, score, itc):
        """What the engine orders captions by."""
        words = [word for word in caption.replace(",", " ").split() if word not in COMMON]
        return self.shared(near, caption) + LIKELIHOOD * score + CONTRAST * itc - REPEATED * (len(set(words)) < len(words))


def main():
    mean, axes, found = places()
    rows = postings([[data.normalise(caption) for caption in captions] for _, captions in data.flickr8k("train")])
    hashed = {fnv(gram): row for gram, row in rows.items()}
    order = sorted(hashed)
    tensors = {
        "mean": mean.astype(np.float32),
        "axes": axes,
        "places": found,
        "grams": np.array(order, np.uint32),
        "ends": np.cumsum([len(hashed[h]) for h in order]).astype(np.uint32),
        "pictures": np.array([picture for h in order for picture in sorted(hashed[h])], np.uint16),
        "weights": np.array([round(255 * hashed[h][picture]) for h in order for picture in sorted(hashed[h])], np.uint8),
    }
    save_file({name: np.ascontiguousarray(values) for name, values in tensors.items()}, PATH)
    print({name: values.shape for name, values in tensors.items()}, f"{PATH.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    sys.exit(main())
