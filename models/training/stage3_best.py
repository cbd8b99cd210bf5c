"""Step 7, learning from the best of its own captions: the model draws many captions of each training picture, and those that agree most with the
references (CIDEr-D) become references themselves (expert iteration; Dong et al., "RAFT", 2023). May be repeated.

    stage3_best.py EPOCHS RATE FROM     FROM: the checkpoint to go on from, stage2 or stage3
"""

import random
import sys
import time

import torch

import model as glance
import search
import tokens
from cider import CiderD
from pairs import Pairs, mirror_words
from stage2_caption import NO_TAGS, begin, fit

DRAWN, OWN, BATCH, SEED = 16, 3, 64, 4  # captions drawn a picture, how many of them are kept


def best_captions(net, train, cider):
    """Per picture five captions: the OWN best of what the model draws, and the best references. Prints the mean CIDEr-D of all drawn and of the kept ones."""
    tokenizer, chance = tokens.load(), random.Random(SEED)
    captions, means = [], []
    start = time.time()
    for first in range(0, len(train), BATCH):
        rows = list(range(first, min(first + BATCH, len(train))))
        prompts = [[] if chance.random() < NO_TAGS else train.prompts[0][i] for i in rows]
        with torch.autocast("cpu", torch.bfloat16):
            drawn = search.sample_captions(net, train.features(rows), prompts, DRAWN)
        for place, index in enumerate(rows):
            texts = {tokenizer.decode(ids) for ids in drawn[place * DRAWN : (place + 1) * DRAWN]}
            scored = sorted(((cider(text, index), text) for text in texts if text), reverse=True)
            agreed = cider.consensus(index)
            given = sorted(range(5), key=lambda k: -agreed[k])
            own = [text for _, text in scored[:OWN]]
            captions.append(own + [train.captions[index][k] for k in given[: 5 - len(own)]])
            means.append((sum(score for score, _ in scored) / max(1, len(scored)), sum(score for score, _ in scored[:OWN]) / max(1, len(own))))
        if first // BATCH % 20 == 0:
            print(f"{len(captions)} pictures, drawn {sum(m for m, _ in means) / len(means):.3f}, kept {sum(m for _, m in means) / len(means):.3f}, "
                  f"{time.time() - start:.0f} s", flush=True)  # fmt: skip
    return captions


def main():
    torch.manual_seed(SEED)
    train = Pairs("train")
    net, temperature = begin(sys.argv[3])
    captions = best_captions(net.eval(), train, CiderD(train.captions))
    tokenizer = tokens.load()
    ids = [[[tokenizer.encode(change(text)).ids for text in texts] for texts in captions] for change in (str, mirror_words)]
    fit(net, temperature, lambda i, variant: ids[variant == 1][i], torch.ones(len(train), 5), int(sys.argv[1]), float(sys.argv[2]), "stage3")


if __name__ == "__main__":
    sys.exit(main())
