"""Step 4: pretrain the decoder on captions alone, with tag words as its prompt.

Each caption is written after tags taken from its own words: "dog , ball , <s> a dog runs after a ball </s>". Some captions get their
animal or thing replaced by a class name in tag and text alike, so that a tag is believed even where no caption ever used its word.
"""

import json
import random
import sys
import time

import torch
import torch.nn.functional as F

import data
import model as glance
import tokens

EPOCHS, BATCH, RATE, SEED = 1, 128, 1e-3, 1
PEOPLE = set("man woman boy girl child baby kid person men women boys girls children kids people guy lady player players toddler".split())
KEEP, NONE, DISTRACT, REPLACE = 0.75, 0.15, 0.1, 0.2
# A caption word of a row may be replaced by any class name of these ImageNet index ranges.
FAMILIES = [
    (set("dog cat horse cow sheep bird animal puppy elephant bear monkey".split()), [(0, 398)]),
    (set("ball toy box bag book cup bottle bowl chair camera guitar phone umbrella hat bucket basket".split()), [(398, 922)]),
    (set("pizza cake sandwich fruit bread apple banana hamburger soup".split()), [(924, 970)]),
]


class Texts:
    """Captions with the tags that their words give."""

    def __init__(self):
        words = json.loads((data.WORK / "prompt_tags.json").read_text())
        self.imagenet, self.tags = words["imagenet"], sorted(set(words["imagenet"] + words["coco"]))
        self.tag_set = set(self.tags)
        self.tokenizer = tokens.load()
        self.cache = {}

    def ids(self, text):
        if text not in self.cache:
            self.cache[text] = self.tokenizer.encode(text).ids
        return self.cache[text]

    def found_tags(self, words):
        pairs = [" ".join(pair) for pair in zip(words, words[1:])]
        singular = [w[:-1] for w in words if w.endswith("s")]
        found = dict.fromkeys(t for t in pairs + words + singular if t in self.tag_set)
        if PEOPLE.intersection(words):
            found["person"] = None
        return list(found)

    def replace(self, words, chance):
        """Swaps one known word for a class name; returns (words, that name or None)."""
        for position in chance.sample(range(len(words)), len(words)):
            for family, ranges in FAMILIES:
                if words[position] in family:
                    name = self.imagenet[chance.choice([i for a, b in ranges for i in range(a, b)])]
                    return words[:position] + name.split() + words[position + 1 :], name
        return words, None

    def example(self, caption, chance):
        """(ids of prompt and caption, where the caption begins)"""
        words, swapped = caption.split(), None
        if chance.random() < REPLACE:
            words, swapped = self.replace(words, chance)
        found = self.found_tags(words)
        tags = [t for t in found if chance.random() < KEEP]
        if swapped and swapped not in tags:
            tags.append(swapped)
        if not swapped and chance.random() < NONE:
            tags = []
        if chance.random() < DISTRACT:
            tags.append(chance.choice(self.tags))
        chance.shuffle(tags)
        prompt = [i for tag in tags[:6] for i in self.ids(tag + " ,")]
        text = self.tokenizer.encode(" ".join(words)).ids if swapped else self.ids(caption)
        return prompt + [tokens.BOS] + text[:40] + [tokens.EOS], len(prompt)


def loss_of(language, rows, offset):
    """Mean cross-entropy of caption tokens (not of prompts); positions start behind the absent query tokens."""
    ids = glance.pad([row for row, _ in rows])
    begin = torch.tensor([start for _, start in rows])[:, None]
    inputs, targets = ids[:, :-1], ids[:, 1:]
    length = inputs.shape[1]
    mask = torch.ones(length, length, dtype=torch.bool).tril()[None, None]
    positions = (torch.arange(length) + offset).expand(len(rows), -1)
    hidden, _ = language(language.embed(inputs), positions, mask)
    wanted = (torch.arange(length) >= begin) & (targets != tokens.PAD)
    return F.cross_entropy(language.logits(hidden[wanted]).float(), targets[wanted])


def main():
    torch.manual_seed(SEED)
    chance = random.Random(SEED)
    texts, captions = Texts(), list(tokens.captions())
    held_out = [texts.example(c, random.Random(i)) for i, c in enumerate(captions[-1000:])]
    captions = captions[:-1000]
    net = glance.Glance()
    language, offset = net.language_model, net.queries
    steps = EPOCHS * (len(captions) // BATCH)
    optimiser = torch.optim.AdamW(language.parameters(), RATE, (0.9, 0.98), weight_decay=0.01, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, steps, pct_start=0.05)
    start = time.time()
    for epoch in range(EPOCHS):
        chance.shuffle(captions)
        # Captions of like length share a batch: less padding.
        chunks = [sorted(captions[i : i + BATCH * 16], key=len) for i in range(0, len(captions), BATCH * 16)]
        batches = [c[i : i + BATCH] for c in chunks for i in range(0, len(c), BATCH) if len(c[i : i + BATCH]) == BATCH]
        chance.shuffle(batches)
        language.train()
        for step, batch in enumerate(batches):
            with torch.autocast("cpu", torch.bfloat16):
                loss = loss_of(language, [texts.example(c, chance) for c in batch], offset)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(language.parameters(), 1.0)
            optimiser.step()
            if schedule.last_epoch < steps - 1:
                schedule.step()
            if step % 50 == 0:
                print(f"epoch {epoch} step {step}/{len(batches)} loss {loss.item():.3f} {time.time() - start:.0f} s", flush=True)
        language.eval()
        with torch.inference_mode():
            score = loss_of(language, held_out, offset).item()
        print(f"epoch {epoch}: held-out loss {score:.3f} a piece, {time.time() - start:.0f} s", flush=True)
        glance.save(language, "stage0", held_out=score, seconds=time.time() - start)


if __name__ == "__main__":
    sys.exit(main())
