"""Stage 3, self-critical training of the decoder (Rennie et al., 2017): captions that the model draws gain or lose by how far their CIDEr-D is above or
below that of the others drawn for the same picture (the leave-one-out baseline of Kool et al., 2019).

The likelihood of the references stays part of the loss: by reward alone captions become a few stock phrases, and the decoder as sure of the wrong
ones. Only the decoder and its projection learn, so the Q-Former's scores and vectors stay what they were. Kept: the exponential average.

    stage3_reward.py STEPS RATE LIKELIHOOD [FROM]     LIKELIHOOD: its weight; FROM: the checkpoint to go on from, stage2 where none is named
"""

import random
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F

import model as glance
import search
import tokens
from cider import CiderD
from evaluate import quick_score
from pairs import Pairs, mirror_words
from stage1_caption import LONGEST, average_of, caption_logits, drawn_prompts

BATCH, DRAWN, SEED, EVERY = 20, 6, 4, 100  # pictures a step, captions drawn of each, steps between scores


@torch.inference_mode()
def all_queries(net, pairs):
    """Query outputs of every variant of every picture, a list of [N, Q, D]: they stay what they are."""
    with torch.autocast("cpu", torch.bfloat16):
        looks = lambda variant: [net.look(pairs.features(slice(i, i + 100), variant))[0].float() for i in range(0, len(pairs), 100)]
        return [torch.cat(looks(variant)) for variant in range(len(pairs.kept))]


def drawn_logs(net, queries, prompts, captions):
    """Log-probability of every drawn caption [B, DRAWN], its end included."""
    logits, targets = caption_logits(net, queries, prompts, captions)
    logs = F.log_softmax(logits, -1).gather(1, targets[:, None])[:, 0]
    lengths = torch.tensor([len(text) + 1 for texts in captions for text in texts])
    owner = torch.arange(len(lengths)).repeat_interleave(lengths)
    return torch.zeros(len(lengths)).index_add(0, owner, logs).view(-1, DRAWN)


class Fixed:
    """Hands `search` the query outputs in place of tokens."""

    def __init__(self, net):
        self.queries, self.language_model, self.language_projection = net.queries, net.language_model, net.language_projection

    def look(self, queries):
        return (queries,)


def main():
    torch.manual_seed(SEED)
    steps, rate, likelihood = int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
    chance, tokenizer = random.Random(SEED), tokens.load()
    train, dev = Pairs("train"), Pairs("dev")
    net = glance.load(sys.argv[4] if len(sys.argv) > 4 else "stage2").eval()
    cider, seen = CiderD(train.captions), all_queries(net, train)
    weights = [*net.language_model.parameters(), *net.language_projection.parameters()]
    net.requires_grad_(False)
    for weight in weights:
        weight.requires_grad_(True)
    average = average_of(net)
    optimiser = torch.optim.AdamW(weights, rate, (0.9, 0.98), weight_decay=0.0, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, steps + 1, pct_start=0.05)
    order, sums, start = [], [], time.time()
    for number in range(1, steps + 1):
        if len(order) < BATCH:
            order = chance.sample(range(len(train)), len(train))
        picked, order = [(i, chance.randrange(len(seen))) for i in order[:BATCH]], order[BATCH:]
        prompts = drawn_prompts(train, picked, chance)
        queries = torch.stack([seen[variant][i] for i, variant in picked])
        net.eval()
        with torch.autocast("cpu", torch.bfloat16):
            drawn = search.sample_captions(Fixed(net), queries, prompts, DRAWN)
        rewards = []
        for place, ids in enumerate(drawn):
            (index, variant), text = picked[place // DRAWN], tokenizer.decode(ids)
            rewards.append(cider(mirror_words(text) if train.mirrored[variant][index] else text, index))
        reward = torch.tensor(rewards).view(-1, DRAWN)
        others = (reward.sum(1, keepdim=True) - reward) / (DRAWN - 1)
        net.train()
        with torch.autocast("cpu", torch.bfloat16):
            logs = drawn_logs(net, queries, prompts, [drawn[i * DRAWN : (i + 1) * DRAWN] for i in range(BATCH)])
            logits, targets = caption_logits(net, queries, prompts, [[text[:LONGEST] for text in train.caption_ids(*pick)] for pick in picked])
        caption = F.cross_entropy(logits, targets)
        optimiser.zero_grad()
        (likelihood * caption - ((reward - others) * logs).mean()).backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimiser.step()
        schedule.step()
        average.update_parameters(net)
        sums.append((reward.mean().item(), caption.item()))
        if number % 25 == 0:
            print(f"step {number}: reward, caption {np.mean(sums[-25:], 0).round(3)}, {time.time() - start:.0f} s", flush=True)
        if number % EVERY == 0 or number == steps:
            average.module.eval()
            print(f"step {number}: dev beams {quick_score(average.module, dev)}", flush=True)
            glance.save(average.module, "stage3", seconds=time.time() - start)


if __name__ == "__main__":
    sys.exit(main())
