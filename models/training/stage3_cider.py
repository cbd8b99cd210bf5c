"""Step 7: self-critical sequence training (Rennie et al., 2017): sampled captions are rewarded by their CIDEr-D against the five references.

The baseline of a sample is the mean reward of the picture's other samples. A share of cross-entropy keeps the language whole.

    stage3_cider.py EPOCHS RATE FROM     FROM: the checkpoint to go on from, stage2 or stage3
"""

import random
import sys
import time

import torch
import torch.nn.functional as F
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

import model as glance
import search
import tokens
from cider import CiderD
from evaluate import quick_score
from pairs import Pairs, mirror_words, sample
from stage2_caption import align_loss, caption_logits

BATCH, SAMPLES, SEED = 48, 5, 4
CROSS_ENTROPY, ALIGN = 0.1, 0.1  # weights of the losses of stages 2 and 1 beside the reward


def reward_loss(net, tokenizer, features, prompts, picked, cider):
    """Policy-gradient loss of SAMPLES sampled captions a picture, and their mean reward. `picked`: (index, variant) a picture."""
    net.eval()
    with torch.autocast("cpu", torch.bfloat16):
        texts = search.sample_captions(net, features, prompts, SAMPLES)
    net.train()
    rewards = torch.zeros(len(picked), SAMPLES)
    for row, ids in enumerate(texts):
        index, variant = picked[row // SAMPLES]
        text = tokenizer.decode(ids)
        # References are those of the picture as it was.
        rewards[row // SAMPLES, row % SAMPLES] = cider(mirror_words(text) if variant == 1 else text, index)
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
    epochs, rate = int(sys.argv[1]), float(sys.argv[2])
    state = torch.load(glance.checkpoint(sys.argv[3]))["model"]
    net.load_state_dict({name: tensor for name, tensor in state.items() if name != "temperature"})
    temperature = torch.load(glance.checkpoint("stage1"))["model"]["temperature"].item()
    tokenizer, cider = tokens.load(), CiderD(train.captions)
    average = AveragedModel(net, multi_avg_fn=get_ema_multi_avg_fn(0.99))
    optimiser = torch.optim.AdamW(net.parameters(), rate, (0.9, 0.98), fused=True)
    start, steps = time.time(), len(train) // BATCH
    for epoch in range(epochs):
        order = chance.sample(range(len(train)), len(train))
        total = 0.0
        for step in range(steps):
            features, picked = sample(train, order[step * BATCH : (step + 1) * BATCH], chance)
            prompts = [[] if chance.random() < 0.25 else train.prompts[v][i] for i, v in picked]
            loss, reward, queries, image = reward_loss(net, tokenizer, features, prompts, picked, cider)
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
