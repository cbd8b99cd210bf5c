"""Step 5, BLIP-2's first stage: the Q-Former learns to read pictures next to text.

Three losses at once: image-text contrastive (ITC), image-text matching with hard negatives (ITM), and caption writing by the Q-Former
itself (ITG, causal text that sees the queries). The image encoder stays frozen: its feature maps were kept by `features.py`.
"""

import random
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

import model as glance
import tokens
from pairs import Pairs, sample

EPOCHS, BATCH, RATE, SEED = 4, 96, 1e-3, 2
HARDNESS = 4  # how strongly ITM prefers negatives that ITC takes for matches


def wrap(ids):
    return [tokens.BOS] + ids[: glance.MAX_TEXT - 2] + [tokens.EOS]


def similarities(net, queries, texts):
    """queries [B, Q, D], texts [C, P] -> cosine of the best query [B, C]."""
    image = F.normalize(net.vision_projection(queries), dim=-1)
    return torch.einsum("bqp,cp->bcq", image, texts).amax(-1)


def write_loss(net, cache, texts):
    """ITG: the Q-Former's text branch writes `texts` (one a row of cache) behind the queries."""
    ids = glance.pad(texts)
    inputs, targets = ids[:, :-1], ids[:, 1:]
    length = inputs.shape[1]
    mask = torch.ones(length, net.queries + length, dtype=torch.bool).tril(net.queries)[None, None]
    hidden, _ = net.qformer(net.embeddings(inputs), 0, mask=mask, past=cache)
    wanted = targets != tokens.PAD
    logits = hidden[wanted] @ net.embeddings.word_embeddings.weight.T
    return F.cross_entropy(logits.float(), targets[wanted], label_smoothing=0.1)


def match_loss(net, image, ids, scores):
    """ITM on the first third of the batch: true pairs, each picture with a hard text, each text with a hard picture."""
    part = len(ids) // 3
    with torch.no_grad():
        weights = torch.softmax(scores.float() * HARDNESS, -1).fill_diagonal_(0) + 1e-6
        hard_text = torch.multinomial(weights[:part], 1)[:, 0]
        hard_image = torch.multinomial(weights.T[:part], 1)[:, 0]
    own = torch.arange(part)
    pictures, texts = torch.cat([own, own, hard_image]), torch.cat([own, hard_text, own])
    picked = [None if kv is None else tuple(x[pictures] for x in kv) for kv in image]
    logits = net.match(picked, ids[texts])
    truth = torch.cat([torch.ones(part), torch.zeros(2 * part)]).long()
    return F.cross_entropy(logits.float(), truth), (logits.argmax(-1) == truth).float().mean()


@torch.inference_mode()
def retrieval(net, pairs):
    """Recall@1 and @10 of the right picture among 1,000 for each first caption (ITC)."""
    queries = torch.cat([net.look(pairs.features(slice(i, i + 100)))[0] for i in range(0, len(pairs), 100)])
    texts = torch.cat([net.read(glance.pad([wrap(x[0]) for x in pairs.ids[i : i + 100]])) for i in range(0, len(pairs), 100)])
    ranks = (-similarities(net, queries, texts).T).argsort(-1)
    place = (ranks == torch.arange(len(pairs))[:, None]).int().argmax(-1)
    return [(place < k).float().mean().item() for k in (1, 10)]


def main():
    torch.manual_seed(SEED)
    chance = random.Random(SEED)
    train, dev = Pairs("train"), Pairs("dev")
    net = glance.Glance()
    net.temperature = nn.Parameter(torch.tensor(0.07))
    steps = EPOCHS * (len(train) // BATCH)
    weights = [p for name, p in net.named_parameters() if not name.startswith("language_")]
    optimiser = torch.optim.AdamW(weights, RATE, (0.9, 0.98), weight_decay=0.05, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, steps + 1, pct_start=0.1)
    start = time.time()
    for epoch in range(EPOCHS):
        order = chance.sample(range(len(train)), len(train))
        sums = torch.zeros(4)
        net.train()
        for first in range(0, len(order) - BATCH + 1, BATCH):
            features, picked = sample(train, order[first : first + BATCH], chance)
            captions = [chance.sample(train.caption_ids(*pick), 2) for pick in picked]
            ids = glance.pad([wrap(pair[0]) for pair in captions])
            with torch.autocast("cpu", torch.bfloat16):
                queries, cache, image = net.look(features)
                scores = similarities(net, queries, net.read(ids)).float()
                logits = scores / net.temperature.clamp(0.01, 0.5)
                truth = torch.arange(BATCH)
                itc = (F.cross_entropy(logits, truth) + F.cross_entropy(logits.T, truth)) / 2
                itg = sum(write_loss(net, cache, [wrap(pair[k]) for pair in captions]) for k in (0, 1)) / 2
                itm, right = match_loss(net, image, ids, scores)
            optimiser.zero_grad()
            (itc + itg + itm).backward()
            torch.nn.utils.clip_grad_norm_(weights, 1.0)
            optimiser.step()
            schedule.step()
            sums += torch.tensor([itc.item(), itg.item(), itm.item(), right.item()])
        net.eval()
        at1, at10 = retrieval(net, dev)
        itc, itg, itm, right = (sums / (len(order) // BATCH)).tolist()
        print(
            f"epoch {epoch}: ITC {itc:.3f} ITG {itg:.3f} ITM {itm:.3f} ({right:.1%} right), dev R@1 {at1:.1%} R@10 {at10:.1%}, "
            f"temperature {net.temperature.item():.3f}, {time.time() - start:.0f} s",
            flush=True,
        )
        glance.save(net, "stage1", recall_at_1=at1, seconds=time.time() - start)


if __name__ == "__main__":
    sys.exit(main())
