"""Pictures (as kept tokens) with their captions, for stages 1 to 3."""

import json

import numpy as np
import torch

import data
import features
import levels
import tokens

VARIANTS = ["train", "train-mirrored", *(f"train-cropped-{number}" for number in range(features.CROPPED))]
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
    """One split: tokens by index and variant, caption ids, tag prompt ids."""

    def __init__(self, split):
        folder = data.WORK / "features"
        rows = data.flickr8k(split)
        names = VARIANTS if split == "train" else [split]
        self.kept = [np.load(folder / f"{name}.npy", mmap_mode="r") for name in names]
        told = [np.load(folder / f"{name}.npz") for name in names]
        self.mirrored, self.scale = [one["mirrored"] for one in told], levels.Scale()
        tokenizer, words = tokens.load(), TagWords()
        self.captions = [[data.normalise(c) for c in captions] for _, captions in rows]
        self.ids = [[tokenizer.encode(c).ids for c in captions] for captions in self.captions]
        self.mirrored_ids = [[tokenizer.encode(mirror_words(c)).ids for c in captions] for captions in self.captions]
        self.prompts = []
        for one in told:
            tags = words(one["logits"])
            self.prompts.append([[i for tag in row for i in tokenizer.encode(tag + " ,").ids] for row in tags])

    def __len__(self):
        return len(self.ids)

    def features(self, indices, variant=0):
        return self.scale(torch.from_numpy(self.kept[variant][indices].astype(np.float32)))

    def caption_ids(self, index, variant):
        return (self.mirrored_ids if self.mirrored[variant][index] else self.ids)[index]


def sample(pairs, indices, chance):
    """A random variant of each picture: (tokens [B, 26, 1734], list of (index, variant))."""
    picked = [(i, chance.randrange(len(pairs.kept))) for i in indices]
    kept = np.stack([pairs.kept[variant][i] for i, variant in picked]).astype(np.float32)
    return pairs.scale(torch.from_numpy(kept)), picked
