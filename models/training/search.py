"""Greedy, sampled and beam decoding of many pictures at once, for scoring while training. The engine has its own."""

import torch
import torch.nn.functional as F

import tokens


def start(net, features, prompts):
    """Prefills queries and tags. Returns (cache, prefix lengths [B], mask [B, L] of true prefix tokens, padded on the left)."""
    queries = net.language_projection(net.look(features)[0])
    longest = max(map(len, prompts))
    lengths = torch.tensor([net.queries + len(p) for p in prompts])
    # Queries first, then tags, then a gap: positions count true tokens only, and the gap is masked.
    ids = torch.tensor([p + [tokens.PAD] * (longest - len(p)) for p in prompts], dtype=torch.long)
    ids = ids.reshape(len(prompts), longest)
    embeds = torch.cat([queries, net.language_model.embed(ids)], 1)
    length = embeds.shape[1]
    true = torch.arange(length) < lengths[:, None]
    mask = true[:, None, None, :] & torch.ones(length, length, dtype=torch.bool).tril()
    _, cache = net.language_model(embeds, torch.arange(length).expand(len(prompts), -1), mask)
    return cache, lengths, true


def step(net, ids, cache, positions, true):
    """One token for every row: ids [R], positions [R], true [R, L] -> (log-probabilities [R, V], cache, true)."""
    true = torch.cat([true, true.new_ones(len(ids), 1)], 1)
    hidden, cache = net.language_model(net.language_model.embed(ids[:, None]), positions[:, None], true[:, None, None, :], cache)
    return F.log_softmax(net.language_model.logits(hidden[:, 0]).float(), -1), cache, true


def select(cache, rows):
    return [tuple(x[rows] for x in pair) for pair in cache]


@torch.inference_mode()
def sample_captions(net, features, prompts, count, greedy=False, longest=24):
    """`count` captions a picture as lists of ids, without </s>; row i of the result belongs to picture i // count."""
    cache, positions, true = start(net, features, prompts)
    rows = torch.arange(len(prompts)).repeat_interleave(count)
    cache, positions, true = select(cache, rows), positions[rows], true[rows]
    ids = torch.full((len(rows),), tokens.BOS)
    texts, place = [[] for _ in rows], torch.arange(len(rows))
    for _ in range(longest):
        scores, cache, true = step(net, ids, cache, positions, true)
        scores[:, tokens.PAD] = -torch.inf
        # The largest score plus Gumbel noise is a draw from the softmax.
        ids = (scores if greedy else scores - torch.empty_like(scores).exponential_().log_()).argmax(-1)
        going = (ids != tokens.EOS).nonzero()[:, 0]
        if not len(going):
            break
        if len(going) < len(ids):  # captions that have ended need no more work
            cache, positions, true = select(cache, going), positions[going], true[going]
            ids, place = ids[going], place[going]
        for row, id in zip(place.tolist(), ids.tolist()):
            texts[row].append(id)
        positions = positions + 1
    return texts


@torch.inference_mode()
def beam_captions(net, features, prompts, beams=3, longest=24, penalty=1.0):
    """The best caption of each picture, and all its finished beams: [(ids, score / length ** penalty)] best first."""
    cache, positions, true = start(net, features, prompts)
    count = len(prompts)
    rows = torch.arange(count).repeat_interleave(beams)
    cache, positions, true = select(cache, rows), positions[rows], true[rows]
    ids = torch.full((count * beams,), tokens.BOS)
    scores = torch.full((count, beams), -1e9)
    scores[:, 0] = 0
    texts = [[[] for _ in range(beams)] for _ in range(count)]
    finished = [[] for _ in range(count)]
    for length in range(1, longest + 1):
        logs, cache, true = step(net, ids, cache, positions, true)
        vocabulary = logs.shape[-1]
        total = (scores[:, :, None] + logs.view(count, beams, vocabulary)).flatten(1)
        best, where = total.topk(2 * beams)
        next_rows, next_ids, next_texts = [], [], []
        for picture in range(count):
            kept = []
            for value, place in zip(best[picture].tolist(), where[picture].tolist()):
                beam, token = divmod(place, vocabulary)
                if token == tokens.EOS:
                    finished[picture].append((texts[picture][beam], value / length**penalty))
                elif len(kept) < beams:
                    kept.append((beam, token, value))
            next_texts.append([texts[picture][b] + [t] for b, t, _ in kept])
            scores[picture] = torch.tensor([v for _, _, v in kept])
            next_rows += [picture * beams + b for b, _, _ in kept]
            next_ids += [t for _, t, _ in kept]
        texts = next_texts
        rows = torch.tensor(next_rows)
        cache, true, ids = select(cache, rows), true[rows], torch.tensor(next_ids)
        positions = positions + 1
        if all(len(f) >= beams for f in finished):
            break
    for picture in range(count):
        if not finished[picture]:
            finished[picture] = [(texts[picture][0], -1e9)]
        finished[picture].sort(key=lambda pair: -pair[1])
    return finished
