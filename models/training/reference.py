"""Makes the golden values under models/tests/golden with `transformers`, the reference implementation.

    reference.py tiny      a tiny model with random weights: every stage of the Q-Former and OPT, greedy and beam token ids
    reference.py resize    a picture made smaller and then larger by PIL
"""

import json
import sys
from pathlib import Path

import torch
from PIL import Image
from safetensors.torch import save_file
from transformers import (
    Blip2Config,
    Blip2ForImageTextRetrieval,
    Blip2QFormerConfig,
    Blip2VisionConfig,
    OPTConfig,
    OPTForCausalLM,
)

GOLDEN = Path(__file__).parents[1] / "tests" / "golden"
QFORMER = {
    "hidden_size": 32,
    "num_hidden_layers": 4,
    "num_attention_heads": 4,
    "intermediate_size": 64,
    "cross_attention_frequency": 2,
    "encoder_hidden_size": 24,
    "num_query_tokens": 5,
    "vocab_size": 60,
    "max_position_embeddings": 40,
    "layer_norm_eps": 1e-12,
    "projection_size": 16,
}
OPT = {
    "hidden_size": 32,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "ffn_dim": 64,
    "vocab_size": 60,
    "max_position_embeddings": 60,
}
END, IMAGE_TOKENS, PICTURES = 2, 7, 4
DECODINGS = [
    {},
    {"num_beams": 3},
    {"num_beams": 5, "length_penalty": 2.0},
    {"num_beams": 3, "length_penalty": -1.0},
    {"num_beams": 4, "no_repeat_ngram_size": 2, "min_new_tokens": 4},
    {"repetition_penalty": 1.5},
    {"num_beams": 3, "repetition_penalty": 1.3},
    {"no_repeat_ngram_size": 1, "min_new_tokens": 6},
]


def randomise(module, scale):
    """Wide random weights, so that every layer and mask shows in the outputs; norms stay near one."""
    for name, parameter in module.named_parameters():
        norm = "norm" in name.lower()
        base = 1.0 if norm and name.endswith("weight") else 0.0
        torch.nn.init.normal_(parameter, base, 0.1 if norm else scale)


def tiny_qformer():
    size = {k: v for k, v in QFORMER.items() if k not in ("num_query_tokens", "projection_size")}
    config = Blip2Config(
        vision_config=Blip2VisionConfig(
            hidden_size=24, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2, image_size=28, patch_size=14
        ).to_dict(),
        qformer_config=Blip2QFormerConfig(use_qformer_text_input=True, **size).to_dict(),
        num_query_tokens=QFORMER["num_query_tokens"],
        image_text_hidden_size=QFORMER["projection_size"],
    )
    model = Blip2ForImageTextRetrieval(config).eval().float()
    randomise(model, 0.2)
    return model


def tiny_opt():
    model = OPTForCausalLM(OPTConfig(word_embed_proj_dim=32, pad_token_id=0, bos_token_id=1, eos_token_id=END, **OPT)).eval()
    randomise(model, 0.3)
    return model


@torch.inference_mode()
def qformer_values(model, image, ids):
    """Queries, both sides of ITC, its score, and ITM, for one picture [1, S, W] and one text [1, T]."""
    count = model.query_tokens.shape[1]
    queries = model.qformer(query_embeds=model.query_tokens, encoder_hidden_states=image).last_hidden_state
    side = torch.nn.functional.normalize(model.vision_projection(queries), dim=-1)[0]
    read = model.qformer(query_embeds=model.embeddings(input_ids=ids), query_length=0).last_hidden_state
    text = torch.nn.functional.normalize(model.text_projection(read[:, 0]), dim=-1)[0]
    both = model.qformer(
        query_embeds=model.embeddings(input_ids=ids, query_embeds=model.query_tokens),
        query_length=count,
        encoder_hidden_states=image,
    ).last_hidden_state[:, :count]
    itm = model.itm_head(both).mean(1).softmax(-1)[0, 1]
    return {"queries": queries, "query_side": side, "text_side": text, "itc": (side @ text).max(), "itm": itm}


@torch.inference_mode()
def written(model, prompt):
    """Token ids for each of DECODINGS, without the end token."""
    rows = []
    for settings in DECODINGS:
        mask = torch.ones(prompt.shape[:2], dtype=torch.long)
        ids = model.generate(inputs_embeds=prompt, attention_mask=mask, max_new_tokens=12, do_sample=False, **settings)[0].tolist()
        rows.append(ids[: ids.index(END)] if END in ids else ids)
    return rows


def tiny():
    torch.manual_seed(5)
    retrieval, opt = tiny_qformer(), tiny_opt()
    projection = torch.nn.Linear(QFORMER["hidden_size"], OPT["hidden_size"])
    wanted = ("query_tokens", "qformer.", "embeddings.", "vision_projection.", "text_projection.", "itm_head.")
    weights = {k: v for k, v in retrieval.state_dict().items() if k.startswith(wanted) and not k.endswith("position_ids")}
    weights |= {f"language_projection.{k}": v for k, v in projection.state_dict().items()}
    weights |= {f"language_model.{k}": v for k, v in opt.state_dict().items() if k != "lm_head.weight"}
    save_file({k: v.detach().clone().contiguous() for k, v in weights.items()}, GOLDEN / "tiny.safetensors")
    values, texts = {}, []
    for picture in range(PICTURES):
        image = torch.randn(1, IMAGE_TOKENS, QFORMER["encoder_hidden_size"])
        ids = torch.randint(3, 60, (1, 4 + picture))
        with torch.inference_mode():
            found = qformer_values(retrieval, image, ids)
            prompt = torch.cat([projection(found["queries"]), opt.get_input_embeddings()(ids)], 1)
            logits = opt(inputs_embeds=prompt).logits
        named = {"image": image, "ids": ids[0].float(), "prompt": prompt, "logits": logits, **found}
        values |= {f"{picture}.{name}": value.detach().clone().contiguous() for name, value in named.items()}
        texts.append(written(opt, prompt))
    save_file(values, GOLDEN / "tiny_values.safetensors")
    cases = {"qformer": QFORMER, "language_model": OPT, "end": END, "decodings": DECODINGS, "written": texts}
    (GOLDEN / "tiny.json").write_text(json.dumps(cases))
    print(json.dumps(texts))


def resize():
    """The golden picture at 53 x 97, that one at 120 x 70, and at 64 x 64 by the other filter."""
    with Image.open(GOLDEN / "picture.png") as picture:
        small = picture.convert("RGB").resize((53, 97), Image.Resampling.BICUBIC)
        picture.convert("RGB").resize((64, 64), Image.Resampling.BILINEAR).save(GOLDEN / "blurred.png")
    small.save(GOLDEN / "small.png")
    small.resize((120, 70), Image.Resampling.BICUBIC).save(GOLDEN / "enlarged.png")


if __name__ == "__main__":
    GOLDEN.mkdir(parents=True, exist_ok=True)
    sys.exit({"tiny": tiny, "resize": resize}[sys.argv[1]]())
