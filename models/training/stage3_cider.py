"""Step 7: self-critical sequence training (Rennie et al., 2017): sampled captions are rewarded by their CIDEr-D against the five references.

The baseline of a sample is the mean reward of the picture's other samples. A share of cross-entropy keeps the language whole.
"""

import collections
import math
import random
import sys
import time

import torch
import torch.nn.functional as F
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

import model as glance
import search
import tokens
from evaluate import quick_score
from pairs import Pairs, sample
from stage2_caption import align_loss, caption_logits

EPOCHS, BATCH, SAMPLES, RATE, SEED = 3, 48, 5, 1e-4, 4
CROSS_ENTROPY, ALIGN = 0.1, 0.1  # weights of the losses of stages 2 and 1 beside the reward


def grams(ids):
    """Counts of 1- to 4-grams of a caption with its end token."""
    ids = (*ids, tokens.EOS)
    return collections.Counter(ids[i : i + n] for n in range(1, 5) for i in range(len(ids) - n + 1))


class CiderD:
    """CIDEr-D (Vedantam et al., 2015) over pieces, document frequencies from the training references."""

    def __init__(self, references):
        self.frequency = collections.Counter()
        for captions in references:
            self.frequency.update({gram for caption in captions for gram in grams(caption)})
        self.log_count = math.log(len(references))
        self.references = [[self.vector(caption) for caption in captions] for captions in references]

    def vector(self, ids):
        weights, norms = {}, [0.0] * 5
        for gram, count in grams(ids).items():
            weight = count * (self.log_count - math.log(max(1, self.frequency[gram])))
            weights[gram] = weight
            norms[len(gram)] += weight * weight
        return weights, [math.sqrt(n) for n in norms], len(ids)

    def __call__(self, ids, index):
        weights, norms, length = self.vector(ids)
        total = 0.0
        for other, other_norms, other_length in self.references[index]:
            products = [0.0] * 5
            for gram, weight in weights.items():
                if gram in other:
                    products[len(gram)] += min(weight, other[gram]) * other[gram]
            near = math.exp(-((length - other_length) ** 2) / 72)
            total += near * sum(p / (a * b) for p, a, b in zip(products[1:], norms[1:], other_norms[1:]) if a * b)
        return total / len(self.references[index]) / 4 * 10


def reward_loss(net, features, prompts, indices, cider):
    """Policy-gradient loss of SAMPLES sampled captions a picture, and their mean reward."""
    net.eval()
    texts = search.sample_captions(net, features, prompts, SAMPLES)
    net.train()
    rewards = torch.tensor([cider(text, indices[row // SAMPLES]) for row, text in enumerate(texts)])
    rewards = rewards.view(-1, SAMPLES)
    advantage = (rewards - (rewards.sum(1, keepdim=True) - rewards) / (SAMPLES - 1)).flatten()
    grouped = [texts[i : i + SAMPLES] for i in range(0, len(texts), SAMPLES)]
    with torch.autocast("cpu", torch.bfloat16):
        queries, _, image = net.look(features)
        logits, targets = caption_logits(net, queries, prompts, grouped)
    lengths = torch.tensor([len(text) + 1 for text in texts])
    chosen = -F.cross_entropy(logits, targets, reduction="none")
    loss = -(chosen * advantage.repeat_interleave(lengths)).sum() / lengths.sum()
    return loss, rewards.mean().item(), queries, image


def main():
    torch.manual_seed(SEED)
    chance = random.Random(SEED)
    train, dev = Pairs("train"), Pairs("dev")
    net = glance.Glance()
    net.load_state_dict(torch.load(glance.checkpoint("stage2"))["model"])
    temperature = torch.load(glance.checkpoint("stage1"))["model"]["temperature"].item()
    cider = CiderD(train.ids)
    average = AveragedModel(net, multi_avg_fn=get_ema_multi_avg_fn(0.99))
    optimiser = torch.optim.AdamW(net.parameters(), RATE, (0.9, 0.98), fused=True)
    start, steps = time.time(), len(train) // BATCH
    for epoch in range(EPOCHS):
        order = chance.sample(range(len(train)), len(train))
        total = 0.0
        for step in range(steps):
            features, picked = sample(train, order[step * BATCH : (step + 1) * BATCH], chance)
            prompts = [[] if chance.random() < 0.25 else train.prompts[v][i] for i, v in picked]
            loss, reward, queries, image = reward_loss(net, features, prompts, [i for i, _ in picked], cider)
            captions = [[c[:36] for c in chance.sample(train.caption_ids(*pick), 2)] for pick in picked]
            with torch.autocast("cpu", torch.bfloat16):
                logits, targets = caption_logits(net, queries, prompts, captions)
                itc, itm, _ = align_loss(net, queries, image, captions, temperature)
            loss = loss + CROSS_ENTROPY * F.cross_entropy(logits, targets) + ALIGN * (itc + itm)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimiser.step()
            average.update_parameters(net)
            total += reward
            if step % 20 == 0:
                print(f"epoch {epoch} step {step}/{steps} reward {total / (step + 1):.3f} {time.time() - start:.0f} s", flush=True)
        average.module.eval()
        print(f"epoch {epoch}: dev greedy {quick_score(average.module, dev)}, {time.time() - start:.0f} s", flush=True)
        glance.save(average.module, "stage3", seconds=time.time() - start)


if __name__ == "__main__":
    sys.exit(main())
