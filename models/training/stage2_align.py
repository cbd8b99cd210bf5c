"""Stage 2, alignment: image-text contrastive (ITC) and matching (ITM, with hard negatives) join the captions, which go on at a fifth of their rate.

The Q-Former gets a second layer, in which queries that have seen a text look at the picture again: with one, ITM stayed at chance. It starts by
leaving the queries as they are. What captions do not use - the text's words, its feed-forward layers, the projections, the head of ITM - starts from nothing.

    stage2_align.py EPOCHS [FROM]     FROM: the checkpoint to go on from, stage1 where none is named
"""

import random
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

import model as glance
import tokens
from evaluate import quick_score
from pairs import Pairs, sample
from stage1_caption import LONGEST, SMOOTHING, average_of, caption_logits, cosine, drawn_prompts

BATCH, WARM_UP, SEED = 40, 200, 2
RATE, CAPTION_RATE = 1e-3, 2e-4  # of what reads texts, and of what writes captions
ALIGN = 0.3  # weight of ITC and of ITM beside the caption
WRITTEN = 3  # captions of each picture that are learned in a step, beside the two that are read
HARDNESS = 10  # how strongly ITM prefers negatives that ITC takes for matches


def wrap(ids):
    return [tokens.BOS] + ids[: glance.MAX_TEXT - 2] + [tokens.EOS]


def similarities(net, queries, texts):
    """queries [B, Q, D], texts [C, P] -> cosine of the best query [B, C]."""
    image = F.normalize(net.vision_projection(queries), dim=-1)
    return torch.einsum("bqp,cp->bcq", image, texts).amax(-1)


def contrastive_loss(scores, temperature):
    """ITC of `scores` [B, 2B]: picture i belongs to the texts i and B + i."""
    own = torch.arange(len(scores), device=scores.device)
    logits = scores / temperature.clamp(0.02, 0.5)
    right = torch.stack([logits[own, own], logits[own, own + len(own)]], 1)
    to_text = (torch.logsumexp(logits, 1) - torch.logsumexp(right, 1)).mean()
    return (to_text + F.cross_entropy(logits.T, torch.cat([own, own]))) / 2


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


@torch.no_grad()
def grown(name, pairs):
    """The one-layer net of checkpoint `name` with a layer more: its sub-layers add nothing, and the last norm undoes what they take away."""
    before, net = glance.load(name, glance.ONE_LAYER).eval(), glance.Glance()
    net.load_state_dict(before.state_dict(), strict=False)
    layer = net.qformer.encoder.layer[1]
    for output in (layer.attention.output, layer.crossattention.output, layer.output, layer.output_query):
        output.dense.weight.zero_()
    queries = before.look(pairs.features(slice(0, 200)))[0].flatten(0, 1)
    normed = F.layer_norm(queries, queries.shape[-1:])
    mean, norm = normed.mean(0), layer.output_query.LayerNorm
    norm.weight.copy_(((normed - mean) * queries).mean(0) / (normed - mean).square().mean(0))
    norm.bias.copy_(queries.mean(0) - norm.weight * mean)
    return net


def reads(name):
    """Whether a parameter is new, or serves texts alone."""
    new = name.startswith(("embeddings", "vision_projection", "text_projection", "itm_head", "temperature", "qformer.encoder.layer.1"))
    return new or ".intermediate." in name or (".output." in name and "attention" not in name)


def main():
    torch.manual_seed(SEED)
    epochs, chance = int(sys.argv[1]), random.Random(SEED)
    train, dev = Pairs("train"), Pairs("dev")
    net = grown(sys.argv[2] if len(sys.argv) > 2 else "stage1", train)
    net.temperature = nn.Parameter(torch.tensor(0.07))
    average = average_of(net)
    reading = [p for name, p in net.named_parameters() if reads(name)]
    writing = [p for name, p in net.named_parameters() if not reads(name)]
    groups = [{"params": reading, "lr": RATE}, {"params": writing, "lr": CAPTION_RATE}]
    optimiser = torch.optim.AdamW(groups, RATE, (0.9, 0.98), weight_decay=0.05, fused=True)
    schedule = cosine(optimiser, WARM_UP, epochs * (len(train) // BATCH))
    start = time.time()
    for epoch in range(epochs):
        order = chance.sample(range(len(train)), len(train))
        sums = torch.zeros(4)
        net.train()
        for first in range(0, len(order) - BATCH + 1, BATCH):
            features, picked = sample(train, order[first : first + BATCH], chance)
            captions = [chance.sample([text[:LONGEST] for text in train.caption_ids(*pick)], WRITTEN + 1) for pick in picked]
            with torch.autocast("cpu", torch.bfloat16):
                queries, _, image = net.look(features)
                logits, targets = caption_logits(net, queries, drawn_prompts(train, picked, chance), [texts[:WRITTEN] for texts in captions])
                ids = glance.pad([wrap(texts[k]) for k in (0, WRITTEN) for texts in captions])
                scores = similarities(net, queries, net.read(ids)).float()
                itm, right = match_loss(net, image, ids[:BATCH], scores[:, :BATCH])
            caption, itc = F.cross_entropy(logits, targets, label_smoothing=SMOOTHING), contrastive_loss(scores, net.temperature)
            optimiser.zero_grad()
            (caption + ALIGN * (itc + itm)).backward()
            for weights in (reading, writing):
                torch.nn.utils.clip_grad_norm_(weights, 1.0)
            optimiser.step()
            schedule.step()
            average.update_parameters(net)
            sums += torch.tensor([caption.item(), itc.item(), itm.item(), right.item()])
        average.module.eval()
        caption, itc, itm, right = (sums / (len(order) // BATCH)).tolist()
        at1, at10 = retrieval(average.module, dev)
        print(
            f"epoch {epoch}: caption {caption:.3f} ITC {itc:.3f} ITM {itm:.3f} ({right:.1%} right), dev beams {quick_score(average.module, dev)}, "
            f"R@1 {at1:.1%} R@10 {at10:.1%}, temperature {net.temperature.item():.3f}, {time.time() - start:.0f} s",
            flush=True,
        )
        glance.save(average.module, "stage2", recall_at_1=at1, seconds=time.time() - start)


if __name__ == "__main__":
    sys.exit(main())
