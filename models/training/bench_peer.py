"""How long `transformers` takes for what the example `networks` measures, with the same weights: look, beam search, match.

    bench_peer.py [PICTURE]     threads: OMP_NUM_THREADS
"""

import json
import statistics
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from tokenizers import Tokenizer

import data
import export_encoder
import levels
import reference
import reference_glance

ROUNDS = 20


def measure(name, work):
    result, times = work(), []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    print(f"{name}: {1000 * statistics.median(times):.1f} ms")
    return result


@torch.inference_mode()
def main():
    path = sys.argv[1] if len(sys.argv) > 1 else reference_glance.SOURCES / "coffee.jpg"
    config, tensors = json.loads((data.PACK / "config.json").read_text()), reference_glance.weights()
    encoder, matcher, writer = export_encoder.rounded(), reference_glance.retrieval(config, tensors), reference_glance.decoder(config, tensors)
    tokenizer, marks = Tokenizer.from_file(str(data.PACK / "tokenizer.json")), config["tokens"]
    scale, size = levels.Scale(), config["image_encoder"]["image_size"]
    with Image.open(path) as image:
        picture = image.convert("RGB")

    def encode():
        pixels = np.array(picture.resize((size, size), Image.Resampling.BICUBIC))
        return export_encoder.encode(encoder, scale, torch.from_numpy(pixels).permute(2, 0, 1)[None])

    def look():
        tokens, logits = encode()
        x = tokens + tensors["vision_model.embeddings.position_embedding"]
        norm = [tensors[f"vision_model.post_layernorm.{part}"] for part in ("weight", "bias")]
        seen = F.layer_norm(x, x.shape[-1:], *norm, reference_glance.EPSILON)
        queries = matcher.qformer(query_embeds=matcher.query_tokens, query_length=matcher.query_tokens.shape[1], encoder_hidden_states=seen)[0]
        return logits, seen, F.linear(queries, tensors["language_projection.weight"], tensors["language_projection.bias"])

    measure("encoder", encode)
    logits, seen, projection = measure("look", look)
    words = reference_glance.tag_words(config["prompt_tags"], logits[0])
    ids = [i for word in words for i in tokenizer.encode(f"{word} ,").ids] + [marks["bos"]]
    prompt = torch.cat([projection, writer.get_input_embeddings()(torch.tensor([ids]))], 1)
    decoding = config["decoding"]
    common = {
        "inputs_embeds": prompt,
        "attention_mask": torch.ones(prompt.shape[:2], dtype=torch.long),
        "max_new_tokens": decoding["max_tokens"],
        "min_new_tokens": decoding["min_tokens"],
    }
    beams = {"num_beams": decoding["beams"], "no_repeat_ngram_size": decoding["no_repeat_ngram"], "do_sample": False}
    found = measure("beam search", lambda: writer.generate(**common, **beams))
    measure("4 drawn captions", lambda: writer.generate(**common, do_sample=True, num_return_sequences=4))
    text = [marks["bos"], *tokenizer.encode(tokenizer.decode(found[0].tolist())).ids, marks["eos"]]
    measure("match", lambda: reference.qformer_values(matcher, seen, torch.tensor([text])))
    print(tokenizer.decode(found[0].tolist()))


if __name__ == "__main__":
    sys.exit(main())
