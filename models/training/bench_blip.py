"""BLIP-base at its full size, with random weights, against `transformers` on the same weights: time and most memory, in one run.

    bench_blip.py FOLDER [PICTURE]     makes the model in FOLDER/f32 if it is not there yet, and smaller ones beside it

Build first: cargo build --release -p eyebright --no-default-features && cargo build --release -p eyebright-models --example blip_speed
The programs take turns, so that what else the machine does slows them all. Milliseconds; the best of all turns counts.
"""

import json
import resource
import subprocess
import sys
import time
from pathlib import Path

from reference_blip import SOURCES

TURNS, PIECES, PROMPT = 3, 20, "a picture of"
PACKS = ["f32", "q8_0", "q6_k", "q4_k"]
BUILT = Path(__file__).parents[2] / "target" / "release"


def make(folder):
    import torch
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BlipConfig, BlipForConditionalGeneration, BlipProcessor, PreTrainedTokenizerFast
    from transformers.models.blip.image_processing_pil_blip import BlipImageProcessorPil

    from reference_blip import MARKS

    torch.manual_seed(1)
    words = [*MARKS[:2], *(f"[unused{n}]" for n in range(99)), *MARKS[2:], *PROMPT.split()]
    words += [f"word{n}" for n in range(30522 - len(words))]
    inner = Tokenizer(models.WordPiece({word: number for number, word in enumerate(words)}, unk_token="[UNK]"))
    inner.normalizer, inner.pre_tokenizer = normalizers.BertNormalizer(), pre_tokenizers.BertPreTokenizer()
    inner.post_processor = processors.BertProcessing(("[SEP]", 102), ("[CLS]", 101))
    model = BlipForConditionalGeneration(BlipConfig(text_config={"num_attention_heads": 12}))
    for name, parameter in model.named_parameters():
        if parameter.dim() > 1:
            torch.nn.init.normal_(parameter, std=0.04)
    model.save_pretrained(folder)
    marks = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]", "mask_token": "[MASK]"}
    processor = BlipProcessor(BlipImageProcessorPil(), PreTrainedTokenizerFast(tokenizer_object=inner, **marks))
    processor.save_pretrained(folder)
    processor.image_processor.save_pretrained(folder)


def peer(folder, picture):
    """What `blip_speed` does, by `transformers`; for a process of its own, whose memory is measured."""
    import torch
    from PIL import Image
    from transformers import BlipForConditionalGeneration, PreTrainedTokenizerFast
    from transformers.models.blip.image_processing_pil_blip import BlipImageProcessorPil

    with torch.inference_mode(), Image.open(picture) as image:
        start = time.perf_counter()
        model = BlipForConditionalGeneration.from_pretrained(folder, dtype=torch.float32).eval()
        print("load", round(1000 * (time.perf_counter() - start)))
        processor = BlipImageProcessorPil.from_pretrained(folder)
        words = PreTrainedTokenizerFast(tokenizer_file=f"{folder}/tokenizer.json")
        ids = torch.tensor([[30522, *words.encode(PROMPT, add_special_tokens=False)]])
        for _ in range(TURNS):
            start = time.perf_counter()
            seen = model.vision_model(pixel_values=processor(image.convert("RGB"), return_tensors="pt").pixel_values)[0]
            print("look", round(1000 * (time.perf_counter() - start)))
            for name, beams in (("greedy", 1), ("beams", 3)):
                start = time.perf_counter()
                written = model.text_decoder.generate(
                    input_ids=ids,
                    encoder_hidden_states=seen,
                    encoder_attention_mask=torch.ones(seen.shape[:2], dtype=torch.long),
                    eos_token_id=102,
                    pad_token_id=0,
                    num_beams=beams,
                    do_sample=False,
                    max_new_tokens=PIECES,
                    min_new_tokens=PIECES,
                )
                print(name, round(1000 * (time.perf_counter() - start)))
                print(f"{name}_ids", json.dumps(written[0, ids.shape[1] :].tolist()))
    print("peak", round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000))


def run(command):
    found = {}
    for line in subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines():
        name, value = line.split(" ", 1)
        value = json.loads(value)
        found[name] = value if isinstance(value, list) else min(value, found.get(name, value)) if name != "peak" else value
    return found


def main():
    folder = Path(sys.argv[1])
    picture = sys.argv[2] if len(sys.argv) > 2 else SOURCES / "coffee.jpg"
    if not (folder / "f32").exists():
        make(folder / "f32")
    for pack in PACKS[1:]:
        if not (folder / pack).exists():
            subprocess.run([BUILT / "eyebright", "packs", "convert", folder / "f32", "--to", pack, folder / pack], check=True)
    commands = {"transformers": [sys.executable, __file__, "--peer", folder / "f32", picture]}
    commands |= {pack: [BUILT / "examples" / "blip_speed", folder / pack, picture, "2"] for pack in PACKS}
    best = {}
    for _ in range(TURNS):
        for name, command in commands.items():
            for key, value in run(command).items():
                known = best.setdefault(name, {}).setdefault(key, value)
                if not isinstance(value, list):
                    best[name][key] = min(known, value)
    theirs = best["transformers"]
    total = lambda found: found["look"] + found["greedy"]
    for name, found in best.items():
        same = sum(a == b for a, b in zip(found["greedy_ids"], theirs["greedy_ids"]))
        print(
            f"{name}: load {found['load']}, look {found['look']}, greedy {found['greedy']}, beams {found['beams']} ms, "
            f"caption x {total(found) / total(theirs):.2f}, peak {found['peak']} MB x {found['peak'] / theirs['peak']:.2f}, "
            f"{same} of {PIECES} ids alike"
        )


if __name__ == "__main__":
    sys.exit(peer(sys.argv[2], sys.argv[3]) if sys.argv[1] == "--peer" else main())
