"""BLIP-base by ONNX Runtime, f32 and int8, against Eyebright on the same random weights, in one run: to look at a picture, and to write 20 tokens.

    bench_onnx.py FOLDER [PICTURE]     FOLDER as `bench_blip.py` made it

Needs onnxruntime, onnx and onnxscript beside what `bench_blip.py` needs, and what it builds. Three graphs are exported: the image encoder, the
keys and values that the writing half keeps of a picture, and a step of writing with the cache that grows with each token. int8 is ONNX Runtime's
dynamic quantization. Milliseconds; the best of all turns counts.
"""

import sys
import time
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from onnxruntime.quantization import quantize_dynamic
from PIL import Image
from transformers import BlipForConditionalGeneration, PreTrainedTokenizerFast
from transformers.models.blip.image_processing_pil_blip import BlipImageProcessorPil

from bench_blip import BUILT, PIECES, PROMPT, TURNS, run
from reference_blip import SOURCES

EACH = 6
BEGIN = 30522


def heads(x, count):
    return x.view(1, x.shape[1], count, -1).transpose(1, 2)


def attend(query, keys, values, mask=None):
    seen = torch.nn.functional.scaled_dot_product_attention(query, keys, values, attn_mask=mask)
    return seen.transpose(1, 2).flatten(2)


class Looking(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.vision = model.vision_model

    def forward(self, pixels):
        return self.vision(pixel_values=pixels)[0]


class Remembering(torch.nn.Module):
    """Keys and values [24, heads, S, width of a head] of all layers, by turns."""

    def __init__(self, model):
        super().__init__()
        self.layers = model.text_decoder.bert.encoder.layer

    def forward(self, seen):
        both = lambda inner: [heads(part(seen), inner.num_attention_heads) for part in (inner.key, inner.value)]
        return torch.cat([x for layer in self.layers for x in both(layer.crossattention.self)])


class Writing(torch.nn.Module):
    """Ids [1, T] behind a cache [24, heads, P, width of a head] to the logits of the last and the cache with them; the mask [T, P + T] is added."""

    def __init__(self, model):
        super().__init__()
        self.bert, self.head = model.text_decoder.bert, model.text_decoder.cls.predictions

    def forward(self, ids, mask, past, memory):
        embeddings = self.bert.embeddings
        places = torch.arange(ids.shape[1]) + past.shape[2]
        x = embeddings.LayerNorm(embeddings.word_embeddings(ids) + embeddings.position_embeddings(places))
        grown = []
        for index, layer in enumerate(self.bert.encoder.layer):
            inner = layer.attention.self
            count = inner.num_attention_heads
            new = torch.cat([heads(inner.key(x), count), heads(inner.value(x), count)])
            keys, values = torch.cat([past[2 * index : 2 * index + 2], new], dim=2).split(1)
            grown += [keys, values]
            x = layer.attention.output(attend(heads(inner.query(x), count), keys, values, mask), x)
            query = heads(layer.crossattention.self.query(x), count)
            x = layer.crossattention.output(attend(query, memory[2 * index : 2 * index + 1], memory[2 * index + 1 : 2 * index + 2]), x)
            x = layer.output(layer.intermediate(x), x)
        return self.head(x[:, -1:]), torch.cat(grown)


def export(folder):
    """Paths of the three graphs, f32 and int8, beside the weights."""
    graphs = {name: folder / f"{name}.onnx" for name in ("looking", "remembering", "writing")}
    small = {name: folder / f"{name}-int8.onnx" for name in graphs}
    if not all(path.exists() for path in small.values()):
        model = BlipForConditionalGeneration.from_pretrained(folder / "f32", dtype=torch.float32, attn_implementation="eager").eval()
        text = model.config.text_config
        wide, count = text.hidden_size // text.num_attention_heads, 2 * text.num_hidden_layers
        cache = torch.zeros(count, text.num_attention_heads, 3, wide)
        memory = torch.zeros(count, text.num_attention_heads, 577, wide)
        given = {
            "looking": (Looking, {"pixels": torch.zeros(1, 3, 384, 384)}, None),
            "remembering": (Remembering, {"seen": torch.zeros(1, 577, 768)}, None),
            "writing": (
                Writing,
                {"ids": torch.tensor([[7, 8]]), "mask": torch.zeros(2, 5), "past": cache, "memory": memory},
                {"ids": {1: "T"}, "mask": {0: "T", 1: "S"}, "past": {2: "P"}, "memory": None},
            ),
        }
        for name, (part, inputs, sizes) in given.items():
            torch.onnx.export(part(model).eval(), kwargs=inputs, f=graphs[name], dynamic_shapes=sizes, input_names=list(inputs), dynamo=True, external_data=False)
            quantize_dynamic(graphs[name], small[name])
    return {"f32": graphs, "int8": small}


class Peer:
    def __init__(self, graphs):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 2
        load = lambda path: onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        self.looking, self.remembering, self.writing = (load(graphs[name]) for name in ("looking", "remembering", "writing"))

    def look(self, pixels):
        return self.looking.run(None, {"pixels": np.asarray(pixels, np.float32)})[0]

    def write(self, seen, prompt):
        memory = self.remembering.run(None, {"seen": seen})[0]
        cache, ids, written = memory[:, :, :0], prompt, []
        for _ in range(PIECES):
            past, count = cache.shape[2], len(ids)
            mask = np.triu(np.full((count, past + count), -np.inf, np.float32), past + 1)
            logits, cache = self.writing.run(None, {"ids": np.array([ids]), "mask": mask, "past": cache, "memory": memory})
            logits = logits[0, -1]
            logits[102] = -np.inf
            ids = [int(logits.argmax())]
            written += ids
        return written


def main():
    folder = Path(sys.argv[1])
    picture = Path(sys.argv[2]) if len(sys.argv) > 2 else SOURCES / "coffee.jpg"
    peers = {name: Peer(graphs) for name, graphs in export(folder).items()}
    processor = BlipImageProcessorPil.from_pretrained(folder / "f32")
    words = PreTrainedTokenizerFast(tokenizer_file=f"{folder}/f32/tokenizer.json")
    prompt = [BEGIN, *words.encode(PROMPT, add_special_tokens=False)]
    best, ids = {}, {}
    for _ in range(TURNS):
        for name, peer in peers.items():
            for _ in range(EACH):
                start = time.perf_counter()
                seen = peer.look(processor(Image.open(picture).convert("RGB"), return_tensors="np").pixel_values)
                looked = time.perf_counter()
                ids[name] = peer.write(seen, prompt)
                wrote = time.perf_counter()
                for part, took in (("look", looked - start), ("greedy", wrote - looked)):
                    best[name, part] = min(best.get((name, part), np.inf), 1000 * took)
        for pack in ("f32", "q8_0", "q4_k"):
            found = run([BUILT / "examples" / "blip_speed", folder / pack, picture, str(EACH)])
            ids[pack] = found["greedy_ids"]
            for part in ("look", "greedy"):
                best["eyebright " + pack, part] = min(best.get(("eyebright " + pack, part), np.inf), found[part])
    for ours, theirs in (("f32", "f32"), ("q8_0", "int8"), ("q4_k", "int8")):
        told = []
        for name, part in (("looking", ("look",)), ("writing", ("greedy",)), ("both", ("look", "greedy"))):
            we, they = (sum(best[who, one] for one in part) for who in ("eyebright " + ours, theirs))
            told.append(f"{name} {we:.0f} and {they:.0f} ms, x {we / they:.2f}")
        same = sum(a == b for a, b in zip(ids[ours], ids[theirs]))
        print(f"{ours} and onnxruntime {theirs}: {'; '.join(told)}; {same} of {PIECES} ids alike")


if __name__ == "__main__":
    main()
