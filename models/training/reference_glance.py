"""Makes tests/golden/glance*: every stage of the real glance on three pictures, with the modules of `transformers`.

To be run again whenever the encoder, the weights or `config.json` of the pack change.
"""

import json
import sys

import gguf
import numpy as np
import torch
from PIL import Image
from safetensors.torch import save_file
from tokenizers import Tokenizer
from transformers import (
    Blip2Config,
    Blip2ForImageTextRetrieval,
    Blip2QFormerConfig,
    Blip2VisionConfig,
    OPTConfig,
    OPTForCausalLM,
)

import consensus
import data
import export_encoder
import levels
import reference

PICTURES = ["astronaut", "cat", "coffee"]
TEXTS = ["a cup of coffee with a spoon", "two dogs run on the beach"]
SOURCES = data.PACK.parents[2] / "tests" / "pictures"
EPSILON = 1e-6


def weights(file="model.gguf"):
    """The tensors of a file of the pack, expanded as the engine does."""
    tensors = {}
    for tensor in gguf.GGUFReader(data.PACK / file).tensors:
        values = gguf.quants.dequantize(tensor.data, tensor.tensor_type)
        tensors[tensor.name] = torch.from_numpy(np.array(values)).reshape(tuple(int(n) for n in reversed(tensor.shape)))
    return tensors


def retrieval(config, tensors):
    """Q-Former and heads; the vision part of `transformers` is not used."""
    size = {k: v for k, v in config["qformer"].items() if k not in ("num_query_tokens", "projection_size")}
    vision = Blip2VisionConfig(hidden_size=size["encoder_hidden_size"], intermediate_size=8, num_hidden_layers=1, num_attention_heads=1)
    model = Blip2ForImageTextRetrieval(
        Blip2Config(
            vision_config=vision.to_dict(),
            qformer_config=Blip2QFormerConfig(use_qformer_text_input=True, **size).to_dict(),
            num_query_tokens=config["qformer"]["num_query_tokens"],
            image_text_hidden_size=config["qformer"]["projection_size"],
        )
    )
    missing = model.load_state_dict({k: v for k, v in tensors.items() if not k.startswith("vision_model.")}, strict=False).missing_keys
    assert all(name.startswith("vision_model.") or name.endswith("position_ids") for name in missing), missing
    return model.eval()


def decoder(config, tensors):
    size = {k: v for k, v in config["language_model"].items() if k != "type"}
    ids = {f"{name}_token_id": config["tokens"][name] for name in ("pad", "bos", "eos")}
    model = OPTForCausalLM(OPTConfig(word_embed_proj_dim=size["hidden_size"], **ids, **size))
    start = "language_model."
    missing = model.load_state_dict({k[len(start) :]: v for k, v in tensors.items() if k.startswith(start)}, strict=False).missing_keys
    assert missing in ([], ["lm_head.weight"]), missing
    model.tie_weights()
    return model.eval()


def tag_words(prompt_tags, logits):
    """The words of likely classes, best first."""
    probabilities = (logits / json.loads((data.PACK / "imagenet.json").read_text())["temperature"]).softmax(-1)
    sums = {}
    for word, probability in zip(prompt_tags["imagenet"], probabilities.tolist()):
        sums[word] = sums.get(word, 0.0) + probability
    likely = sorted((-total, word) for word, total in sums.items() if total >= prompt_tags["min_probability"])
    return [word for _, word in likely[: prompt_tags["max"]]]


def squashed(name, size):
    """The picture as the encoder sees it, kept as PNG so that no other JPEG decoder or resizing comes between."""
    with Image.open(SOURCES / f"{name}.jpg") as image:
        pixels = image.convert("RGB").resize((size, size), Image.Resampling.BICUBIC)
    pixels.save(reference.GOLDEN / f"glance_{name}.png", optimize=True)
    return torch.from_numpy(np.array(pixels)).permute(2, 0, 1)[None].float()


def written(model, prompt, decoding):
    """Greedy ids, and all beams with their scores as the pack wants them decoded; without the end token."""
    mask = torch.ones(prompt.shape[:2], dtype=torch.long)
    end = model.config.eos_token_id
    common = {"inputs_embeds": prompt, "attention_mask": mask, "max_new_tokens": decoding["max_tokens"], "do_sample": False}
    cut = lambda row: row[: row.index(end)] if end in row else row
    greedy = model.generate(**common)[0].tolist()
    found = model.generate(
        **common,
        num_beams=decoding["beams"],
        num_return_sequences=decoding["beams"],
        min_new_tokens=decoding["min_tokens"],
        length_penalty=decoding["length_penalty"],
        repetition_penalty=decoding["repetition_penalty"],
        no_repeat_ngram_size=decoding["no_repeat_ngram"],
        output_scores=True,
        return_dict_in_generate=True,
    )
    beams = [cut(row) for row in found.sequences.tolist()]
    return {"greedy": cut(greedy), "beams": beams, "scores": found.sequences_scores.tolist()}


@torch.inference_mode()
def main():
    torch.set_num_threads(1)
    config, tensors = json.loads((data.PACK / "config.json").read_text()), weights()
    encoder, matcher, writer = export_encoder.rounded(), retrieval(config, tensors), decoder(config, tensors)
    finder = retrieval(config, tensors | weights("matcher.gguf"))
    tokenizer = Tokenizer.from_file(str(data.PACK / "tokenizer.json"))
    encode = lambda text: tokenizer.encode(text, add_special_tokens=False).ids
    marks, vision = config["tokens"], "vision_model.post_layernorm."
    texts = [[marks["bos"], *encode(text), marks["eos"]] for text in TEXTS]
    values, cases, index, scale = {}, [], consensus.Index(), levels.Scale()
    for name in PICTURES:
        tokens, logits = export_encoder.encode(encoder, scale, squashed(name, config["image_encoder"]["image_size"]))
        x = tokens + tensors["vision_model.embeddings.position_embedding"]
        image = torch.nn.functional.layer_norm(x, x.shape[-1:], tensors[vision + "weight"], tensors[vision + "bias"], EPSILON)
        read = [reference.qformer_values(matcher, image, torch.tensor([ids])) for ids in texts]
        queries = read[0]["queries"]
        projection = torch.nn.functional.linear(queries, tensors["language_projection.weight"], tensors["language_projection.bias"])
        words = tag_words(config["prompt_tags"], logits[0])
        ids = [id for word in words for id in encode(f"{word} ,")] + [marks["bos"]]
        prompt = torch.cat([projection, writer.get_input_embeddings()(torch.tensor([ids]))], 1)
        stages = {
            "tokens": tokens[0, ::5],
            "logits": logits[0],
            "queries": queries,
            "query_side": read[0]["query_side"],
            "itc": torch.stack([one["itc"] for one in read]),
            "itm": torch.stack([one["itm"] for one in read]),
            "matcher": torch.stack([reference.qformer_values(finder, image, torch.tensor([ids]))["itm"].logit() for ids in texts]),
            "next": writer(inputs_embeds=prompt).logits[0, -1],
        }
        values |= {f"{name}.{stage}": value.detach().clone().contiguous() for stage, value in stages.items()}
        found = written(writer, prompt, config["decoding"])
        near, agreement = index.near(tokens[0, 0].numpy()), []
        for beam, score in zip(found["beams"], found["scores"]):
            text = tokenizer.decode(beam)
            itc = reference.qformer_values(matcher, image, torch.tensor([[marks["bos"], *encode(text), marks["eos"]]]))["itc"].item()
            agreement.append(index.agreement(near, text, score, itc))
        by_consensus = sorted(range(len(agreement)), key=lambda i: -agreement[i])
        cases.append({"picture": name, "prompt": ids, **found, "by_consensus": by_consensus})
        print(name, words, [(round(agreement[i], 2), tokenizer.decode(found["beams"][i])) for i in by_consensus[:2]], stages["itm"].tolist())
    save_file(values, reference.GOLDEN / "glance_values.safetensors")
    (reference.GOLDEN / "glance.json").write_text(json.dumps({"texts": dict(zip(TEXTS, texts)), "cases": cases}))


if __name__ == "__main__":
    sys.exit(main())
