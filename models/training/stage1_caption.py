"""Stage 1, captions: Q-Former and decoder learn from nothing to write what people wrote of a picture.

BLIP-2 aligns the Q-Former with texts first and then gives it a decoder that others trained. With 6,091 pictures the other way round was better:
captions first, then `stage2_align.py`. All five captions of a picture share one sequence, [queries][tags][caption 1][caption 2]...; a caption sees
the prefix and itself. Kept: the exponential average of the weights.

    stage1_caption.py EPOCHS RATE
"""

import random
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

import model as glance
import tokens
from evaluate import quick_score
from pairs import Pairs, sample

BATCH, WARM_UP, SEED = 24, 400, 1
LONGEST = 30  # tokens of a caption that are learned
NO_TAGS = 0.25  # share of pictures whose tags are left out, so that captions do not depend on them
SMOOTHING = 0.1


def packed(prompts, captions, queries):
    """One row a picture. Returns (ids, positions, segment, targets), all [B, L]; the queries' place holds padding ids.

    Segment 0 is the prefix, 1.. the captions, -1 padding; targets are 0 where nothing is to be learned."""
    rows = []
    for prompt, texts in zip(prompts, captions):
        start = queries + len(prompt)
        ids, segment, targets = [tokens.PAD] * queries + prompt, [0] * start, [0] * start
        positions = list(range(start))
        for number, text in enumerate(texts, 1):
            ids += [tokens.BOS, *text]
            targets += [*text, tokens.EOS]
            segment += [number] * (len(text) + 1)
            positions += range(start, start + len(text) + 1)
        rows.append((ids, positions, segment, targets))
    length = max(len(row[0]) for row in rows)
    fill = (tokens.PAD, 0, -1, tokens.PAD)
    return [torch.tensor([row[k] + [fill[k]] * (length - len(row[k])) for row in rows]) for k in range(4)]


def sees(segment):
    """[B, L] -> [B, 1, L, L]: earlier tokens of the prefix and of the own caption."""
    own = segment[:, :, None] == segment[:, None, :]
    prefix = segment[:, None, :] == 0
    causal = torch.ones(segment.shape[1], segment.shape[1], dtype=torch.bool).tril()
    return ((own | prefix) & causal)[:, None]


def caption_logits(net, queries, prompts, captions):
    """queries [B, Q, D] -> logits [N, V] and targets [N] of all caption tokens."""
    ids, positions, segment, targets = packed(prompts, captions, net.queries)
    queries = net.language_projection(queries)
    embeds = torch.cat([queries, net.language_model.embed(ids[:, net.queries :])], 1)
    hidden, _ = net.language_model(embeds, positions, sees(segment))
    wanted = targets != tokens.PAD
    return net.language_model.logits(hidden[wanted]).float(), targets[wanted]


def drawn_prompts(pairs, picked, chance):
    """The tags of each (picture, variant), or none."""
    return [[] if chance.random() < NO_TAGS else pairs.prompts[variant][index] for index, variant in picked]


def cosine(optimiser, warm_up, steps):
    """Up in a line, then down as a cosine, to a hundredth."""
    share = lambda step: min(1, (step + 1) / warm_up) * max(0.01, 0.5 * (1 + np.cos(np.pi * step / steps)))
    return torch.optim.lr_scheduler.LambdaLR(optimiser, share)


def average_of(net, decay=0.99):
    return AveragedModel(net, multi_avg_fn=get_ema_multi_avg_fn(decay))


def main():
    torch.manual_seed(SEED)
    epochs, rate, chance = int(sys.argv[1]), float(sys.argv[2]), random.Random(SEED)
    train, dev = Pairs("train"), Pairs("dev")
    net = glance.Glance(glance.ONE_LAYER)
    average = average_of(net)
    optimiser = torch.optim.AdamW(net.parameters(), rate, (0.9, 0.98), weight_decay=0.05, fused=True)
    schedule = cosine(optimiser, WARM_UP, epochs * (len(train) // BATCH))
    start = time.time()
    for epoch in range(epochs):
        order, losses = chance.sample(range(len(train)), len(train)), []
        net.train()
        for first in range(0, len(order) - BATCH + 1, BATCH):
            features, picked = sample(train, order[first : first + BATCH], chance)
            captions = [[text[:LONGEST] for text in train.caption_ids(*pick)] for pick in picked]
            with torch.autocast("cpu", torch.bfloat16):
                logits, targets = caption_logits(net, net.look(features)[0], drawn_prompts(train, picked, chance), captions)
            loss = F.cross_entropy(logits, targets, label_smoothing=SMOOTHING)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            average.update_parameters(net)
            losses.append(loss.item())
        average.module.eval()
        print(f"epoch {epoch}: loss {np.mean(losses):.3f}, dev beams {quick_score(average.module, dev)}, {time.time() - start:.0f} s", flush=True)
        glance.save(average.module, "stage1", seconds=time.time() - start)


if __name__ == "__main__":
    sys.exit(main())
