"""Step 6, BLIP-2's second stage: the queries become the prompt of the pretrained decoder, which learns to write captions.

All five captions of a picture share one sequence: [queries][tags][caption 1][caption 2]...; a caption sees the prefix and itself.
The small decoder goes on learning (a large one would stay frozen), and the losses of stage 1 go on beside it, so that the scores of the
Q-Former keep their meaning. A reference weighs the more, the more the other four agree with it (Phan et al., "Consensus-based sequence training",
2017): what one writer alone saw is not to be learned. Kept: the exponential average of the weights.

    stage2_caption.py EPOCHS RATE [FROM]     FROM: a checkpoint to go on from, such as stage2; else stages 0 and 1
"""

import random
import sys
import time

import torch
import torch.nn.functional as F
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

import model as glance
import tokens
from cider import CiderD
from evaluate import quick_score
from pairs import Pairs, sample
from stage1_align import match_loss, retrieval, similarities, wrap

BATCH, SEED = 24, 3
NO_TAGS = 0.25  # share of pictures whose tags are left out, so that captions do not depend on them
ALIGN = 0.3  # weight of ITC and of ITM beside the caption
CONSENSUS = 0.5  # the CIDEr-D by which a reference weighs e times as much as another


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


def consensus_weights(captions):
    """[N, 5]: how much each reference of each picture counts, 1 on average."""
    cider = CiderD(captions)
    scores = torch.tensor([cider.consensus(i) for i in range(len(captions))])
    return torch.softmax(scores / CONSENSUS, -1) * scores.shape[1]


def align_loss(net, queries, image, captions, temperature):
    """ITC and ITM of stage 1 on one caption a picture."""
    ids = glance.pad([wrap(texts[0]) for texts in captions])
    scores = similarities(net, queries, net.read(ids)).float()
    truth = torch.arange(len(ids))
    itc = (F.cross_entropy(scores / temperature, truth) + F.cross_entropy(scores.T / temperature, truth)) / 2
    itm, right = match_loss(net, image, ids, scores)
    return itc, itm, right.item()


def begin(name):
    """The model to start from and the ITC temperature that stage 1 found."""
    net = glance.Glance()
    state = torch.load(glance.checkpoint("stage1"))["model"]
    temperature = state.pop("temperature").item()
    if name:
        state = torch.load(glance.checkpoint(name))["model"]
        state.pop("temperature", None)
    net.load_state_dict(state)
    if not name:
        net.language_model.load_state_dict(torch.load(glance.checkpoint("stage0"))["model"])
    return net, temperature


def fit(net, temperature, references, agreed, epochs, rate, name):
    """Trains on `references(picture, variant)`, five lists of ids, that weigh as `agreed` [pictures, 5] says, and saves checkpoint `name`."""
    chance = random.Random(SEED)
    train, dev = Pairs("train"), Pairs("dev")
    steps = epochs * (len(train) // BATCH)
    average = AveragedModel(net, multi_avg_fn=get_ema_multi_avg_fn(0.99))
    optimiser = torch.optim.AdamW(net.parameters(), rate, (0.9, 0.98), weight_decay=0.01, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, steps + 1, pct_start=0.1)
    start = time.time()
    for epoch in range(epochs):
        order = chance.sample(range(len(train)), len(train))
        sums = torch.zeros(4)
        net.train()
        for first in range(0, len(order) - BATCH + 1, BATCH):
            features, picked = sample(train, order[first : first + BATCH], chance)
            prompts = [[] if chance.random() < NO_TAGS else train.prompts[v][i] for i, v in picked]
            orders = [chance.sample(range(5), 5) for _ in picked]
            captions = [[references(*pick)[k][:36] for k in places] for pick, places in zip(picked, orders)]
            weights = torch.cat([agreed[i, places] for (i, _), places in zip(picked, orders)])
            weights = weights.repeat_interleave(torch.tensor([len(text) + 1 for texts in captions for text in texts]))
            with torch.autocast("cpu", torch.bfloat16):
                queries, _, image = net.look(features)
                logits, targets = caption_logits(net, queries, prompts, captions)
                itc, itm, right = align_loss(net, queries, image, captions, temperature)
            caption = (F.cross_entropy(logits, targets, reduction="none") * weights).sum() / weights.sum()
            optimiser.zero_grad()
            (caption + ALIGN * itc + ALIGN * itm).backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            average.update_parameters(net)
            sums += torch.tensor([caption.item(), itc.item(), itm.item(), right])
        average.module.eval()
        score = quick_score(average.module, dev)
        caption, itc, itm, right = (sums / (len(order) // BATCH)).tolist()
        at1, at10 = retrieval(average.module, dev)
        print(
            f"epoch {epoch}: caption {caption:.3f} ITC {itc:.3f} ITM {itm:.3f} ({right:.1%} right), dev greedy {score}, "
            f"R@1 {at1:.1%} R@10 {at10:.1%}, {time.time() - start:.0f} s",
            flush=True,
        )
        glance.save(average.module, name, seconds=time.time() - start)


def main():
    torch.manual_seed(SEED)
    train = Pairs("train")
    net, temperature = begin(sys.argv[3] if len(sys.argv) > 3 else None)
    fit(net, temperature, train.caption_ids, consensus_weights(train.captions), int(sys.argv[1]), float(sys.argv[2]), "stage2")


if __name__ == "__main__":
    sys.exit(main())
