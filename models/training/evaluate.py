"""Scores captions of the dev split: BLEU and CIDEr by pycocoevalcap (with its PTB tokenizer, which needs Java).

    evaluate.py NAME [beams] [penalty]     scores a checkpoint through `search.py`
    evaluate.py --captions FILE            scores JSON lines {"file", "caption"} that `eyebright describe --json` printed
"""

import json
import sys
import time
from pathlib import Path

import torch
from pycocoevalcap.bleu.bleu import Bleu
from pycocoevalcap.cider.cider import Cider
from pycocoevalcap.tokenizer.ptbtokenizer import PTBTokenizer

import data
import model as glance
import search
import tokens
from pairs import Pairs


def quick_score(net, pairs, beams=3):
    """BLEU-4 and CIDEr of beams against normalised references, without the PTB tokenizer: for the log."""
    tokenizer, texts = tokens.load(), {}
    for first in range(0, len(pairs), 100):
        rows = list(range(first, min(first + 100, len(pairs))))
        with torch.autocast("cpu", torch.bfloat16):
            found = search.beam_captions(net, pairs.features(rows), [pairs.prompts[0][i] for i in rows], beams)
        texts.update((i, [tokenizer.decode(f[0][0]).replace(",", "")]) for i, f in zip(rows, found))
    references = {i: [c.replace(" ,", "") for c in pairs.captions[i]] for i in texts}
    return f"BLEU-4 {Bleu(4).compute_score(references, texts, verbose=0)[0][3]:.3f} CIDEr {Cider().compute_score(references, texts)[0]:.3f}"


def score(captions):
    """captions: {file name: text}. Returns {"BLEU-4", "CIDEr"} on the dev split, as the COCO tools compute them."""
    rows = data.flickr8k("dev")
    tokenizer = PTBTokenizer()
    truth = tokenizer.tokenize({path.name: [{"caption": c} for c in texts] for path, texts in rows})
    said = tokenizer.tokenize({path.name: [{"caption": captions.get(path.name, "")}] for path, _ in rows})
    bleu = Bleu(4).compute_score(truth, said, verbose=0)[0]
    return {"BLEU-1": bleu[0], "BLEU-4": bleu[3], "CIDEr": Cider().compute_score(truth, said)[0]}


def checkpoint_captions(name, beams, penalty):
    net = glance.load(name).eval()
    pairs, tokenizer, captions = Pairs("dev"), tokens.load(), {}
    names = [path.name for path, _ in data.flickr8k("dev")]
    for first in range(0, len(pairs), 50):
        rows = list(range(first, first + 50))
        found = search.beam_captions(net, pairs.features(rows), [pairs.prompts[0][i] for i in rows], beams, penalty=penalty)
        captions.update((names[i], tokenizer.decode(f[0][0])) for i, f in zip(rows, found))
    return captions


def main():
    if sys.argv[1] == "--captions":
        lines = [json.loads(line) for line in Path(sys.argv[2]).read_text().splitlines()]
        captions = {Path(line["file"]).name: line.get("caption") or "" for line in lines}
    else:
        start = time.time()
        captions = checkpoint_captions(sys.argv[1], int((sys.argv + ["", "3"])[2] or 3) if len(sys.argv) > 2 else 3, float(sys.argv[3]) if len(sys.argv) > 3 else 1.0)
        (data.WORK / f"{sys.argv[1]}.captions.json").write_text(json.dumps(captions, indent=0))
        print(f"captions in {time.time() - start:.0f} s")
    print({name: round(value, 4) for name, value in score(captions).items()})


if __name__ == "__main__":
    sys.exit(main())
