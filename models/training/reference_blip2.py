"""Makes the golden values under models/tests/golden/blip2 with `transformers`, the reference implementation.

Four tiny checkpoints with random weights in the hub's layout, each with a tokenizer of its kind and `golden.{json,safetensors}`:
BLIP-2 with OPT (config as written today), with T5 (sharded, config as written before image tokens came), for retrieval, and
InstructBLIP with T5. The eight pictures are small copies of photos under tests/pictures.

    reference_blip2.py
"""

import json
import shutil
from pathlib import Path

import torch
from PIL import Image
from safetensors.torch import save_file
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import (
    Blip2Config,
    Blip2ForConditionalGeneration,
    Blip2ForImageTextRetrieval,
    BlipImageProcessorPil,
    InstructBlipConfig,
    InstructBlipForConditionalGeneration,
)

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "models" / "tests" / "golden" / "blip2"
PHOTOS = ["astronaut", "cat", "coffee", "dogs", "motorcycle", "street", "sunset", "fruit"]
PIXELS, QUERIES, WIDTH = 28, 4, 32
VISION = {
    "hidden_size": 24,
    "intermediate_size": 40,
    "num_hidden_layers": 2,
    "num_attention_heads": 3,
    "image_size": PIXELS,
    "patch_size": 7,
}
QFORMER = {"hidden_size": WIDTH, "num_attention_heads": 4, "intermediate_size": 40, "cross_attention_frequency": 2}
OPT = {
    "model_type": "opt",
    "hidden_size": WIDTH,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "ffn_dim": 48,
    "max_position_embeddings": 64,
    "word_embed_proj_dim": WIDTH,
}
T5 = {
    "model_type": "t5",
    "d_model": WIDTH,
    "d_kv": 6,
    "num_heads": 3,
    "d_ff": 36,
    "num_layers": 2,
    "num_decoder_layers": 2,
    # So few that the short prompts of the tests reach the coarse buckets and the last one.
    "relative_attention_num_buckets": 8,
    "relative_attention_max_distance": 12,
    "feed_forward_proj": "gated-gelu",
    "decoder_start_token_id": 0,
}
CORPUS = [
    "a photo of a cat",
    "a dog on the beach with a woman",
    "two dogs play in the grass",
    "Question: what is on the table? Answer: a cup of coffee",
    "Question: how many birds are there? Short answer: two",
    "a red motorcycle in the street at sunset",
    "fruit and flowers on a wooden table",
]
PROMPTS = ["", "a photo of", "Question: what is on the table? Answer:", "Question: how many dogs? Short answer:"]
TEXTS = ["a woman with a dog", "a cat", "a cup of coffee on the table", "two birds on the street?"]
DECODINGS = [
    {"num_beams": 1},
    {"num_beams": 5, "length_penalty": 1.0},
    {"num_beams": 5, "length_penalty": -1.0},
    {"num_beams": 5, "length_penalty": 2.0},
]
NEW_TOKENS = 10


def byte_pairs():
    """As OPT's: bytes, `</s>` in front, the line feed as the end of a caption."""
    tokenizer = Tokenizer(models.BPE(unk_token="</s>"))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    marks = ["<s>", "<pad>", "</s>", "<unk>"]
    tokenizer.train_from_iterator([*CORPUS, "\n"], trainers.BpeTrainer(vocab_size=90, special_tokens=marks, show_progress=False))
    tokenizer.add_special_tokens([AddedToken("<image>", normalized=False, special=True)])
    tokenizer.post_processor = processors.TemplateProcessing(single="</s> $A", special_tokens=[("</s>", 2)])
    return tokenizer


def sentence_pieces():
    """As T5's: unigrams, `</s>` at the end."""
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    marks = ["<pad>", "</s>", "<unk>"]
    trainer = trainers.UnigramTrainer(vocab_size=80, special_tokens=marks, unk_token="<unk>", show_progress=False)
    tokenizer.train_from_iterator(CORPUS, trainer)
    written = json.loads(tokenizer.to_str())
    vocabulary = [[piece, round(score, 3)] for piece, score in written["model"]["vocab"]]
    # Training on several cores changes the last digits and the order of equals.
    written["model"]["vocab"] = vocabulary[:3] + sorted(vocabulary[3:], key=lambda entry: (-entry[1], entry[0]))
    tokenizer = Tokenizer.from_str(json.dumps(written))
    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    return tokenizer


def word_pieces():
    """As BERT's: lower case, pieces, between [CLS] and [SEP]. The trainer breaks ties by chance, so the words are named."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = ["what", "is", "on", "the", "table", "question", "with", "dog", "two", "in"]
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ":", "?", *letters, *(f"##{letter}" for letter in letters), *words]
    tokenizer = Tokenizer(models.WordPiece({piece: index for index, piece in enumerate(pieces)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.add_special_tokens(pieces[:5])
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    return tokenizer


def randomise(model):
    """Wide random weights, so that every layer and mask shows in the outputs; norms stay near one."""
    seen = set()
    for name, parameter in model.named_parameters():
        if parameter.data_ptr() in seen:
            continue
        seen.add(parameter.data_ptr())
        norm = "norm" in name.lower()
        scale = 0.1 if norm else 0.5 if "embed" in name or "shared" in name or "query_tokens" in name else 0.2
        # T5 does not scale its scores; were they large, rounding would choose what is attended to.
        scale = 0.06 if name.endswith(".q.weight") else scale
        torch.nn.init.normal_(parameter, 1.0 if norm and name.endswith("weight") else 0.0, scale)
    for name, parameter in model.named_parameters():
        if name.endswith("qkv.bias"):
            # Keys have no bias in EVA.
            parameter.data[VISION["hidden_size"] : 2 * VISION["hidden_size"]] = 0.0
    return model.eval()


def save(name, model, tokenizer, config=None, **settings):
    folder = GOLDEN / name
    shutil.rmtree(folder, ignore_errors=True)
    model.save_pretrained(folder, **settings)
    if config:
        (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    tokenizer.save(str(folder / "tokenizer.json"))
    processor = BlipImageProcessorPil(size={"height": PIXELS, "width": PIXELS})
    processor.save_pretrained(folder)
    return folder


def pictures():
    """The small copies, and what the processor makes of them: [8, 3, 28, 28]."""
    paths = [GOLDEN / f"{photo}.png" for photo in PHOTOS]
    for photo, path in zip(PHOTOS, paths):
        with Image.open(ROOT / "tests" / "pictures" / f"{photo}.jpg") as picture:
            picture.convert("RGB").resize((44, 36), Image.Resampling.BICUBIC).save(path)
    processor = BlipImageProcessorPil(size={"height": PIXELS, "width": PIXELS})
    return processor([Image.open(path) for path in paths], return_tensors="pt")["pixel_values"]


@torch.inference_mode()
def written(model, inputs, end):
    """New token ids for each of DECODINGS, without marks."""
    rows = []
    for settings in DECODINGS:
        ids = model.generate(**inputs, max_new_tokens=NEW_TOKENS, do_sample=False, **settings)[0].tolist()
        decoder_only = model.config.text_config.model_type == "opt"
        ids = ids[inputs["input_ids"].shape[1] :] if decoder_only else ids[1:]
        rows.append(ids[: ids.index(end)] if end in ids else ids)
    return rows


@torch.inference_mode()
def captioner(folder, model, tokenizer, qformer_tokenizer, pixels, end):
    """Stages, logits and texts of the eight pictures with a prompt each."""
    decoder_only = model.config.text_config.model_type == "opt"
    image = [model.config.image_token_index] * QUERIES
    values, cases = {}, []
    for index, pixel in enumerate(pixels):
        prompt = PROMPTS[index % len(PROMPTS)]
        ids = tokenizer.encode(prompt).ids
        inputs = {"pixel_values": pixel[None], "input_ids": torch.tensor([image + ids])}
        # The reference wants a mask with the ids.
        inputs["attention_mask"] = torch.ones_like(inputs["input_ids"])
        case = {"picture": PHOTOS[index], "prompt": prompt, "ids": ids}
        if qformer_tokenizer:
            case["instruction"] = qformer_tokenizer.encode(prompt).ids
            inputs["qformer_input_ids"] = torch.tensor([case["instruction"]])
        forced = {} if decoder_only else {"decoder_input_ids": torch.tensor([[0, 9, 5, 17, 30, 11, 8, 4]])}
        out = model(**inputs, **forced)
        queries = out.qformer_outputs.last_hidden_state[:, :QUERIES]
        stages = {
            "vision": out.vision_outputs.last_hidden_state,
            "queries": queries,
            "projected": model.language_projection(queries),
            "logits": out.logits,
        }
        values |= {f"{index}.{name}": value.clone().contiguous() for name, value in stages.items()}
        case["written"] = written(model, inputs, end)
        case["text"] = [tokenizer.decode(ids).strip() for ids in case["written"]]
        cases.append(case)
    lengths = [len(ids) for case in cases for ids in case["written"]]
    print(folder.name, "lengths of the texts:", lengths)
    keep(folder, values, {"end": end, "new_tokens": NEW_TOKENS, "decodings": DECODINGS, "cases": cases})


@torch.inference_mode()
def matcher(folder, model, tokenizer, pixels):
    """Embeddings, ITC and ITM of the eight pictures with a text each."""
    values, cases = {}, []
    for index, pixel in enumerate(pixels):
        text = TEXTS[index % len(TEXTS)]
        ids = tokenizer.encode(text).ids
        inputs = {"pixel_values": pixel[None], "input_ids": torch.tensor([ids])}
        inputs["attention_mask"] = torch.ones_like(inputs["input_ids"])
        itc = model(**inputs, use_image_text_matching_head=False)
        itm = model(**inputs, use_image_text_matching_head=True)
        stages = {"vision": itc.vision_model_output.last_hidden_state, "images": itc.image_embeds, "text": itc.text_embeds}
        values |= {f"{index}.{name}": value.clone().contiguous() for name, value in stages.items()}
        scores = {"itc": itc.logits_per_image.item(), "itm": itm.logits_per_image.softmax(1)[0, 1].item()}
        cases.append({"picture": PHOTOS[index], "text": text, "ids": ids, **scores})
    print(folder.name, [(round(case["itc"], 3), round(case["itm"], 3)) for case in cases])
    keep(folder, values, {"cases": cases})


def keep(folder, values, cases):
    save_file(values, folder / "golden.safetensors")
    (folder / "golden.json").write_text(json.dumps(cases))
    for file in sorted(folder.iterdir()):
        print(f"  {file.name} {file.stat().st_size}")


def blip2_opt(pixels):
    torch.manual_seed(11)
    tokenizer = byte_pairs()
    end = tokenizer.token_to_id("Ċ")
    # A few rows more than there are pieces, as published.
    text = OPT | {"vocab_size": tokenizer.get_vocab_size() + 3, "eos_token_id": end}
    qformer = QFORMER | {"num_hidden_layers": 3}
    config = Blip2Config(
        vision_config=VISION,
        qformer_config=qformer,
        text_config=text,
        num_query_tokens=QUERIES,
        image_token_index=tokenizer.token_to_id("<image>"),
    )
    model = randomise(Blip2ForConditionalGeneration(config))
    # Some captions end early.
    model.language_model.get_input_embeddings().weight.data[end] *= 3.0
    model.generation_config.eos_token_id = end
    captioner(save("opt", model, tokenizer), model, tokenizer, None, pixels, end)


def blip2_t5(pixels):
    torch.manual_seed(12)
    tokenizer = sentence_pieces()
    image = tokenizer.get_vocab_size()
    text = T5 | {"vocab_size": image + 4, "dense_act_fn": "gelu", "bos_token_id": 1, "tie_word_embeddings": False}
    config = Blip2Config(
        vision_config=VISION,
        qformer_config=QFORMER | {"num_hidden_layers": 2},
        text_config=text,
        num_query_tokens=QUERIES,
        image_token_index=image,
    )
    model = Blip2ForConditionalGeneration(config)
    # Flan-T5 has an output matrix of its own.
    model.language_model.lm_head.weight = torch.nn.Parameter(torch.empty_like(model.language_model.shared.weight))
    model = randomise(model)
    model.language_model.lm_head.weight.data[1] *= 1.7
    # As published in 2023: without the image token, without what newer versions derive.
    written = config.to_dict() | {"architectures": ["Blip2ForConditionalGeneration"]}
    del written["image_token_index"]
    written["text_config"]["tie_word_embeddings"] = False
    del written["text_config"]["scale_decoder_outputs"]
    folder = save("t5", model, tokenizer, written, max_shard_size="120kB")
    captioner(folder, model, tokenizer, None, pixels, 1)


def instructblip(pixels):
    torch.manual_seed(13)
    tokenizer, qformer_tokenizer = sentence_pieces(), word_pieces()
    tokenizer.add_special_tokens([AddedToken("<image>", normalized=False, special=True)])
    config = InstructBlipConfig(
        vision_config=VISION,
        qformer_config=QFORMER | {"num_hidden_layers": 2, "vocab_size": qformer_tokenizer.get_vocab_size(), "max_position_embeddings": 40},
        text_config=T5 | {"vocab_size": tokenizer.get_vocab_size() + 4, "bos_token_id": 1},
        num_query_tokens=QUERIES,
        image_token_index=tokenizer.token_to_id("<image>"),
    )
    model = randomise(InstructBlipForConditionalGeneration(config))
    # What comes out of the layers outweighs the token that went in, or tied embeddings repeat it for ever.
    for name, parameter in model.language_model.named_parameters():
        if name.endswith("o.weight"):
            parameter.data *= 2.0
    model.language_model.shared.weight.data *= 4.0
    model.language_model.shared.weight.data[1] *= 2.5
    folder = save("instruct", model, tokenizer)
    (folder / "qformer_tokenizer").mkdir()
    qformer_tokenizer.save(str(folder / "qformer_tokenizer" / "tokenizer.json"))
    captioner(folder, model, tokenizer, qformer_tokenizer, pixels, 1)


def blip2_itm(pixels):
    torch.manual_seed(14)
    tokenizer = word_pieces()
    qformer = QFORMER | {
        "num_hidden_layers": 3,
        "vocab_size": tokenizer.get_vocab_size(),
        "max_position_embeddings": 40,
        "use_qformer_text_input": True,
    }
    config = Blip2Config(vision_config=VISION, qformer_config=qformer, num_query_tokens=QUERIES, image_text_hidden_size=16)
    model = randomise(Blip2ForImageTextRetrieval(config))
    matcher(save("itm", model, tokenizer), model, tokenizer, pixels)


if __name__ == "__main__":
    GOLDEN.mkdir(parents=True, exist_ok=True)
    pixel_values = pictures()
    save_file({"pixels": pixel_values.contiguous()}, GOLDEN / "pixels.safetensors")
    blip2_opt(pixel_values)
    blip2_t5(pixel_values)
    instructblip(pixel_values)
    blip2_itm(pixel_values)
