"""Pictures (as kept feature maps) with their captions, for stages 1 to 3."""

import json

import numpy as np
import torch

import data
import tokens

VARIANTS = ["train", "train-mirrored", "train-cropped"]
TEMPERATURE = 0.64  # of the ImageNet head, as `fit_tags.py` found it
TAG_PROBABILITY, TAGS = 0.12, 4  # a tag word enters the prompt from this probability on; at most so many


def mirror_words(text):
    """"left" and "right" change places, as in the mirrored picture."""
    swap = {"left": "right", "right": "left"}
    return " ".join(swap.get(word, word) for word in text.split())


class TagWords:
    """Turns ImageNet logits into the tag words of the prompt, as the engine does."""

    def __init__(self, temperature=TEMPERATURE):
        self.temperature = temperature
        words = json.loads((data.WORK / "prompt_tags.json").read_text())["imagenet"]
        self.names = sorted(set(words))
        index = {name: i for i, name in enumerate(self.names)}
        self.of_class = np.array([index[word] for word in words])

    def __call__(self, logits):
        """[N, 1000] -> per row the most probable tag words, best first."""
        scores = torch.softmax(torch.as_tensor(logits) / self.temperature, -1).numpy()
        summed = np.zeros((len(scores), len(self.names)), np.float32)
        np.add.at(summed, (slice(None), self.of_class), scores)
        rows = []
        for row in summed:
            best = np.argsort(-row)[:TAGS]
            rows.append([self.names[i] for i in best if row[i] >= TAG_PROBABILITY])
        return rows


class Pairs:
    """One split: feature maps by index and variant, caption ids, tag prompt ids."""

    def __init__(self, split):
        folder = data.WORK / "features"
        rows = data.flickr8k(split)
        names = VARIANTS if split == "train" else [split]
        self.maps = [np.load(folder / f"{name}.npy", mmap_mode="r") for name in names]
        tokenizer, words = tokens.load(), TagWords()
        self.captions = [[data.normalise(c) for c in captions] for _, captions in rows]
        self.ids = [[tokenizer.encode(c).ids for c in captions] for captions in self.captions]
        self.mirrored_ids = [[tokenizer.encode(mirror_words(c)).ids for c in captions] for captions in self.captions]
        self.prompts = []
        for name in names:
            tags = words(np.load(folder / f"{name}.logits.npy"))
            self.prompts.append([[i for tag in row for i in tokenizer.encode(tag + " ,").ids] for row in tags])

    def __len__(self):
        return len(self.ids)

    def features(self, indices, variant=0):
        return torch.from_numpy(self.maps[variant][indices].astype(np.float32))

    def caption_ids(self, index, variant):
        return (self.mirrored_ids if variant == 1 else self.ids)[index]


def sample(pairs, indices, chance):
    """A random variant of each picture: (features [B, 81, 1280], list of (index, variant))."""
    picked = [(i, chance.randrange(len(pairs.maps))) for i in indices]
    maps = np.stack([pairs.maps[variant][i] for i, variant in picked]).astype(np.float32)
    return torch.from_numpy(maps), picked
