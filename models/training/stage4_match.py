"""Stage 4, matching: a Q-Former of its own for finding, which tells a text's picture from those that are like it (ITM).

It begins as that of captions and reads the same keys and values of pictures, which stay as they are: the memories of a history serve both. Each
text is held against its own picture and others that ITC takes for it, and the loss is that of choosing among them; yes or no counts beside.
A run for each of SETTINGS, of which the average is kept, as weights: it is better than most of them alone.

    stage4_match.py STEPS [FROM]     FROM: the checkpoint to begin with, stage3 where none is named
"""

import random
import sys
import time

import torch
import torch.nn.functional as F

import levels
import model as glance
from pairs import Pairs
from stage1_caption import average_of, cosine
from stage2_align import contrastive_loss, similarities, wrap

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
BATCH, WARM_UP = 128, 100
# Rate, dropout, weight decay, seed.
SETTINGS = [(1e-3, 0.3, 0.1, 1), (1e-3, 0.4, 0.2, 1), (5e-4, 0.35, 0.2, 0)]
# Of the pictures that ITC takes for a text first so many are drawn from, and so many are drawn.
NEAREST, OTHERS = 64, 23
JUDGED = 4  # pictures of each text that are judged by yes or no, its own first
CONTRASTIVE, YES_OR_NO = 0.3, 0.3  # weights beside the choice among pictures
TEMPERATURE, DECAY = 0.05, 0.98
# What finding does not use of what is learned.
LEFT_OUT = ("vision_projection", "text_projection", "qformer.encoder.layer.1.intermediate.", "qformer.encoder.layer.1.output.")


def learns(name):
    """All but the language model and what makes keys and values of pictures."""
    pictures = "crossattention.attention.key" in name or "crossattention.attention.value" in name
    return not pictures and not name.startswith(("language", "vision_model"))


class Views:
    """The training pictures' tokens on the device, in all their variants."""

    def __init__(self, pairs):
        self.kept = [torch.tensor(kept[:]).to(DEVICE) for kept in pairs.kept]
        self.scale = levels.Scale()
        self.scale.shift, self.scale.scale = self.scale.shift.to(DEVICE), self.scale.scale.to(DEVICE)

    def __call__(self, pictures, variants):
        """Tokens [..., 26, W] of pictures [...] in the variants [...]."""
        tokens_ = torch.empty(*pictures.shape, *self.kept[0].shape[1:], device=DEVICE)
        for variant, kept in enumerate(self.kept):
            here = variants == variant
            tokens_[here] = self.scale(kept[pictures[here]].float())
        return tokens_


@torch.no_grad()
def banks(net, views, pairs):
    """Projected queries [N, Q, P] of all pictures, and projected texts [5, N, P]."""
    net.eval()
    everyone = torch.arange(len(pairs), device=DEVICE)
    look = lambda part: F.normalize(net.vision_projection(net.look(views(part, torch.zeros_like(part)))[0]), dim=-1)
    read = lambda part, k: net.read(glance.pad([wrap(pairs.ids[i][k]) for i in part.tolist()]).to(DEVICE))
    pictures = torch.cat([look(part) for part in everyone.split(250)])
    texts = torch.stack([torch.cat([read(part, k) for part in everyone.split(500)]) for k in range(5)])
    net.train()
    return pictures, texts


def drawn_others(bank, texts, own):
    """For each text [B, P] some pictures [B, OTHERS] of its nearest, without its own [B]."""
    scores = torch.cat([torch.einsum("nqp,bp->bnq", bank, part).amax(-1) for part in texts.split(32)])
    scores[torch.arange(len(own)), own] = -torch.inf
    nearest = scores.topk(NEAREST, -1).indices
    chosen = torch.rand(len(own), NEAREST, device=DEVICE).argsort(-1)[:, :OTHERS]
    return nearest.gather(1, chosen)


def margins(net, tokens_, ids):
    """How much more than not a text belongs to each of its pictures: tokens [B, K, 26, W], ids [B, T] -> [B, K]."""
    count = tokens_.shape[1]
    image = net.qformer.image_keys_values(net.vision_model(tokens_.flatten(0, 1)))
    logits = net.match(image, ids.repeat_interleave(count, 0)).float()
    return (logits[:, 1] - logits[:, 0]).view(-1, count)


def step_loss(net, views, pairs, banked, chance, drawn):
    """The losses of one batch of pictures, each with two of its captions."""
    pictures, texts = banked
    own = torch.tensor(drawn, device=DEVICE)
    variants = [chance.randrange(len(views.kept)) for _ in drawn]
    captions = [chance.sample(range(5), 2) for _ in drawn]
    caption = lambda row, k: wrap(pairs.caption_ids(drawn[row], variants[row])[captions[row][k]])
    ids = glance.pad([caption(row, k) for k in (0, 1) for row in range(BATCH)]).to(DEVICE)
    tokens_ = views(own, torch.tensor(variants, device=DEVICE))
    others = drawn_others(pictures, torch.stack([texts[two[0], i] for two, i in zip(captions, drawn)]), own)
    about = views(others, torch.randint(len(views.kept), others.shape, device=DEVICE))
    with torch.autocast(DEVICE, torch.bfloat16):
        scores = similarities(net, net.look(tokens_)[0], net.read(ids)).float()
        margin = margins(net, torch.cat([tokens_[:, None], about], 1), ids[:BATCH])
    first = torch.zeros(BATCH, dtype=torch.long, device=DEVICE)
    choice = F.cross_entropy(margin, first)
    judged = F.binary_cross_entropy_with_logits(margin[:, :JUDGED], F.one_hot(first, JUDGED).float())
    return choice + CONTRASTIVE * contrastive_loss(scores, net.temperature) + YES_OR_NO * judged, choice


def run(start, views, train, dev, steps, setting):
    rate, glance.DROPOUT, weight_decay, seed = setting
    torch.manual_seed(seed)
    chance, net = random.Random(seed), glance.load(start).to(DEVICE)
    net.temperature = torch.nn.Parameter(torch.tensor(TEMPERATURE, device=DEVICE))
    for name, parameter in net.named_parameters():
        parameter.requires_grad_(learns(name))
    learned = [parameter for parameter in net.parameters() if parameter.requires_grad]
    average = average_of(net, DECAY)
    optimiser = torch.optim.AdamW(learned, rate, (0.9, 0.98), weight_decay=weight_decay)
    schedule, begun, order, choices = cosine(optimiser, WARM_UP, steps), time.time(), [], []
    for step in range(steps):
        if len(order) < BATCH:
            order, banked = chance.sample(range(len(train)), len(train)), banks(net, views, train)
        drawn, order = order[:BATCH], order[BATCH:]
        loss, choice = step_loss(net, views, train, banked, chance, drawn)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(learned, 1.0)
        optimiser.step()
        schedule.step()
        average.update_parameters(net)
        choices.append(choice.item())
    final = average.module.eval()
    print(f"{setting}: choice {sum(choices[-100:]) / len(choices[-100:]):.3f}, dev {recall(final, dev)}, {time.time() - begun:.0f} s", flush=True)
    return {name: value.cpu() for name, value in final.state_dict().items() if learns(name) and name != "temperature"}


@torch.no_grad()
def recall(net, pairs, again=16):
    """Recall@1 of each first caption's picture among all: by ITC, and by ITM among the nearest."""
    tokens_ = pairs.features(slice(None)).to(DEVICE)
    queries = torch.cat([net.look(part)[0] for part in tokens_.split(100)])
    ids = glance.pad([wrap(texts[0]) for texts in pairs.ids]).to(DEVICE)
    scores = torch.cat([similarities(net, queries, net.read(part)).T for part in ids.split(100)])
    nearest = scores.topk(min(again, len(pairs)), -1).indices
    margin = torch.cat([margins(net, tokens_[near], texts) for near, texts in zip(nearest.split(20), ids.split(20))])
    own = torch.arange(len(pairs), device=DEVICE)
    by_itm = nearest.gather(1, margin.argmax(-1, keepdim=True))[:, 0]
    share = lambda found: f"{(found == own).float().mean():.1%}"
    return f"R@1 ITC {share(nearest[:, 0])}, ITM {share(by_itm)}"


def main():
    steps, start = int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "stage3"
    train, dev = Pairs("train"), Pairs("dev")
    views = Views(train)
    runs = [run(start, views, train, dev, steps, setting) for setting in SETTINGS]
    soup = {name: sum(weights[name] for weights in runs) / len(runs) for name in runs[0]}
    net = glance.load(start)
    net.load_state_dict(soup, strict=False)
    print(f"their average: dev {recall(net.eval().to(DEVICE), dev)}")
    kept = {name: value for name, value in soup.items() if not name.startswith(LEFT_OUT)}
    torch.save({"model": kept}, glance.checkpoint("stage4"))


if __name__ == "__main__":
    sys.exit(main())
