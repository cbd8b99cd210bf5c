"""Makes the golden values under models/tests/golden/blip with `transformers`, the reference implementation of BLIP.

    reference_blip.py tiny      tiny checkpoints with random weights, in the hub's layout: one that writes captions, one that answers
                                questions, one that matches texts; the values of every stage, and the ids that `generate` writes
    reference_blip.py pixels    sampled pixels of real photos, as the processor hands them to the full-size encoder
"""

import json
import sys
from pathlib import Path

import torch
from PIL import Image
from safetensors.torch import save_file
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from transformers import (
    BlipConfig,
    BlipForConditionalGeneration,
    BlipForImageTextRetrieval,
    BlipForQuestionAnswering,
    BlipProcessor,
    PreTrainedTokenizerFast,
)
from transformers.models.blip.image_processing_pil_blip import BlipImageProcessorPil

from reference import GOLDEN, randomise

FOLDER = GOLDEN / "blip"
SOURCES = Path(__file__).parents[2] / "tests" / "pictures"
PICTURES = ["astronaut", "cat", "coffee", "dogs", "fruit", "motorcycle", "street", "sunset"]
# Other programs decode JPEG a little differently; these are PNG.
LOSSLESS = ["cameraman", "coins", "moon", "two-men"]
QUESTIONS = ["what is on the table?", "how many dogs are there?", "is the cat sleeping?"]
TEXTS = ["a cat sleeping on the table", "two dogs", "a picture of the street and a motorcycle"]
WORDS = "a the picture of cat dog two on and in is table street what how many are there man red small with it"
PIECES = "##s ##ing ##ed ##er ##o ##tor ##cycle sleep stand"
MARKS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
LETTERS = "abcdefghijklmnopqrstuvwxyz"
SIDE = 32
# As in the published models, the marks of the decoder and the encoder lie beyond the tokenizer's pieces.
VISION = {"hidden_size": 24, "intermediate_size": 48, "num_hidden_layers": 3, "num_attention_heads": 3, "image_size": SIDE, "patch_size": 8}
TEXT = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 3, "num_attention_heads": 4, "max_position_embeddings": 40}
DECODINGS = [
    {},
    {"num_beams": 5},
    {"num_beams": 5, "length_penalty": 2.0},
    {"num_beams": 3, "length_penalty": -1.0},
    {"num_beams": 5, "min_new_tokens": 6},
    {"repetition_penalty": 1.6},
    {"num_beams": 3, "repetition_penalty": 1.3, "no_repeat_ngram_size": 2},
]


def tokenizer():
    pieces = MARKS + WORDS.split() + PIECES.split() + [p + c for c in LETTERS for p in ("", "##")] + list("?.,'")
    vocabulary = {piece: number for number, piece in enumerate(dict.fromkeys(pieces))}
    inner = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    inner.normalizer, inner.pre_tokenizer = normalizers.BertNormalizer(lowercase=True), pre_tokenizers.BertPreTokenizer()
    inner.decoder = decoders.WordPiece()
    inner.post_processor = processors.BertProcessing(("[SEP]", vocabulary["[SEP]"]), ("[CLS]", vocabulary["[CLS]"]))
    return PreTrainedTokenizerFast(
        tokenizer_object=inner, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]", mask_token="[MASK]"
    )


def tiny_config(words, vision, text):
    marks = {"vocab_size": len(words) + 2, "bos_token_id": len(words), "eos_token_id": 2, "pad_token_id": 0}
    return BlipConfig(
        vision_config={**VISION, **vision},
        text_config={**TEXT, **text, **marks, "sep_token_id": words.sep_token_id},
        image_text_hidden_size=16,
    )


def save(name, model, words, values, cases):
    folder = FOLDER / name
    processor = BlipProcessor(BlipImageProcessorPil(size={"height": SIDE, "width": SIDE}), words)
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    processor.image_processor.save_pretrained(folder)
    for path in folder.iterdir():
        if path.name not in {"config.json", "model.safetensors", "preprocessor_config.json", "tokenizer.json"}:
            path.unlink()
    if values:
        save_file({key: value.detach().clone().contiguous() for key, value in values.items()}, folder / "values.safetensors")
    (folder / "cases.json").write_text(json.dumps(cases))
    print(name, (folder / "model.safetensors").stat().st_size, json.dumps(cases))


def written(generate, start, end):
    """Ids behind the `start` first, without the end token, for each of DECODINGS."""
    rows = []
    for settings in DECODINGS:
        ids = generate(max_new_tokens=12, do_sample=False, **settings)[0].tolist()[start:]
        rows.append(ids[: ids.index(end)] if end in ids else ids)
    return rows


def prepared(model, end, bias):
    """Wide random weights; an end token that is likely enough to be written now and then."""
    randomise(model, 0.25)
    decoder = getattr(model, "text_decoder", None)
    if decoder is not None:
        decoder.cls.predictions.bias.data[end] = bias
        assert decoder.cls.predictions.decoder.bias is decoder.cls.predictions.bias
    return model.eval().float()


def caption(words, pixels):
    model = prepared(BlipForConditionalGeneration(tiny_config(words, {}, {})), words.sep_token_id, 4.5)
    bos, values, cases = len(words), {}, {"decodings": DECODINGS, "prompts": ["", "a picture of"], "written": []}
    for number, picture in enumerate(pixels):
        seen = model.vision_model(pixel_values=picture[None]).last_hidden_state
        ids = torch.tensor([[bos, *words.encode("a picture of the cat", add_special_tokens=False)]])
        logits = model.text_decoder(input_ids=ids, encoder_hidden_states=seen, is_decoder=True).logits
        values |= {f"{number}.tokens": seen, f"{number}.logits": logits}
        rows = []
        for prompt in cases["prompts"]:
            inputs = {"pixel_values": picture[None]}
            if prompt:
                inputs |= dict(words(prompt, return_tensors="pt", return_token_type_ids=False))
            start = 1 + len(words.encode(prompt, add_special_tokens=False))
            rows.append(written(lambda **settings: model.generate(**inputs, **settings), start, words.sep_token_id))
        cases["written"].append(rows)
    cases["ids"] = ids[0].tolist()
    save("caption", model, words, values, cases)


def vqa(words, pixels):
    # The answer's decoder reads the question, so both widths must be the same.
    config = tiny_config(words, {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 4}, {"num_hidden_layers": 2, "intermediate_size": 48})
    model = prepared(BlipForQuestionAnswering(config), words.sep_token_id, 1.0)
    values, cases = {}, {"decodings": DECODINGS, "questions": QUESTIONS, "written": []}
    for number, picture in enumerate(pixels):
        rows = []
        for question in QUESTIONS:
            asked = dict(words(question, return_tensors="pt", return_token_type_ids=False))
            rows.append(written(lambda **settings: model.generate(pixel_values=picture[None], **asked, **settings), 1, words.sep_token_id))
        seen = model.vision_model(pixel_values=picture[None]).last_hidden_state
        values[f"{number}.question"] = model.text_encoder(**asked, encoder_hidden_states=seen).last_hidden_state
        cases["written"].append(rows)
    save("vqa", model, words, values, cases)


def itm(words, pixels):
    model = prepared(BlipForImageTextRetrieval(tiny_config(words, {}, {})), words.sep_token_id, 0.0)
    cases = {"texts": TEXTS, "itm": [], "itc": []}
    for picture in pixels:
        asked = [dict(words(text, return_tensors="pt", return_token_type_ids=False)) for text in TEXTS]
        matching = [model(pixel_values=picture[None], **text).itm_score.softmax(-1)[0, 1].item() for text in asked]
        cosine = [model(pixel_values=picture[None], use_itm_head=False, **text).itm_score.item() for text in asked]
        cases["itm"].append(matching)
        cases["itc"].append(cosine)
    save("itm", model, words, {}, cases)


@torch.inference_mode()
def tiny():
    torch.manual_seed(7)
    words, processor = tokenizer(), BlipImageProcessorPil(size={"height": SIDE, "width": SIDE})
    pixels = torch.cat([processor(opened(name), return_tensors="pt").pixel_values for name in PICTURES])
    save_file({"pixels": pixels}, FOLDER / "pixels.safetensors")
    caption(words, pixels)
    vqa(words, pixels)
    itm(words, pixels)


def opened(name):
    with Image.open(next(SOURCES.glob(f"{name}.*"))) as picture:
        return picture.convert("RGB")


def pixels():
    """Every 41st row and every 37th pixel of it, before they are normalised, from 0 to 255."""
    processor = BlipImageProcessorPil(do_normalize=False, do_rescale=False)
    rows = {name: processor(opened(name), return_tensors="pt").pixel_values[0, :, ::41, ::37] for name in PICTURES + LOSSLESS}
    (FOLDER / "sampled.json").write_text(json.dumps({name: row.flatten().int().tolist() for name, row in rows.items()}))


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    sys.exit({"tiny": tiny, "pixels": pixels}[sys.argv[1]]())
