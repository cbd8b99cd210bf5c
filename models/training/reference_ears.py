"""Makes the golden values of models/tests/ears.rs with `transformers`: a tiny Whisper with random weights, and spectrograms."""

import json

import numpy
import torch
from safetensors.torch import save_file
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
from transformers import GenerationMixin, WhisperConfig, WhisperFeatureExtractor, WhisperForConditionalGeneration
from transformers.modeling_outputs import BaseModelOutput

from reference import GOLDEN, randomise

MARKS = ["<|endoftext|>", "<|startoftranscript|>", "<|nocaptions|>", "<|notimestamps|>"]
PIECES = [chr(letter) for letter in range(ord("a"), ord("z") + 1)] + ["Ġ", ".", "?", *(f"Ġ{a}" for a in "abcdefghijklmnopqrst")]
END, START, _, NO_TIMESTAMPS = range(len(PIECES), len(PIECES) + len(MARKS))
SIZES = {
    "d_model": 32,
    "encoder_layers": 2,
    "encoder_attention_heads": 4,
    "encoder_ffn_dim": 48,
    "decoder_layers": 3,
    "decoder_attention_heads": 4,
    "decoder_ffn_dim": 64,
    "vocab_size": len(PIECES) + len(MARKS) + 5,
    "num_mel_bins": 80,
    "max_source_positions": 30,
    "max_target_positions": 40,
}
SUPPRESSED = {"suppress_tokens": [3, 5, START, NO_TIMESTAMPS - 1], "begin_suppress_tokens": [26, END]}
TIMESTAMPS = list(range(NO_TIMESTAMPS, SIZES["vocab_size"]))
SOUNDS, MOST, BEAMS = 4, 12, 5


def tokenizer():
    inner = Tokenizer(models.BPE(vocab={piece: id for id, piece in enumerate(PIECES)}, merges=[]))
    inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    inner.decoder = decoders.ByteLevel()
    inner.add_special_tokens([AddedToken(mark, special=True) for mark in MARKS])
    return inner


@torch.inference_mode()
def sound_values(model):
    """One random spectrogram through every stage, and what is written of it."""
    spectrogram = torch.randn(1, SIZES["num_mel_bins"], 2 * SIZES["max_source_positions"])
    heard = model.model.encoder(spectrogram).last_hidden_state
    ids = torch.randint(0, len(PIECES), (1, 9))
    logits = model(encoder_outputs=BaseModelOutput(heard), decoder_input_ids=ids).logits
    values = {"spectrogram": spectrogram, "heard": heard, "ids": ids[0].float(), "logits": logits}
    return values, *(written(model, heard, beams) for beams in (1, BEAMS))


def written(model, heard, beams):
    """As OpenAI's beams, those of `transformers` share all chances among what may be written."""
    ids = GenerationMixin.generate(
        model,
        encoder_outputs=BaseModelOutput(heard),
        decoder_input_ids=torch.tensor([[START, NO_TIMESTAMPS]]),
        suppress_tokens=SUPPRESSED["suppress_tokens"] + TIMESTAMPS,
        begin_suppress_tokens=SUPPRESSED["begin_suppress_tokens"],
        max_new_tokens=MOST,
        do_sample=False,
        num_beams=beams,
        early_stopping=beams > 1,
        renormalize_logits=True,
    )[0].tolist()[2:]
    ended = END in ids
    return {"ids": ids[: ids.index(END)] if ended else ids, "ended": ended}


def spectrograms():
    """Noise, loud and then quiet, that ends in the window, and noise that goes on beyond it; every seventh frame of a second."""
    place = numpy.arange(20_000, dtype=numpy.int64)
    noise = ((place * place * 31 + place * 17) % 2001).astype(numpy.float32) / 1000 - 1
    noise[3000:] *= numpy.float32(1e-4)
    for mels, samples in [(80, 7321), (80, 20_000), (128, 7321)]:
        extractor = WhisperFeatureExtractor(feature_size=mels, chunk_length=1)
        values = extractor(noise[:samples], sampling_rate=16_000, return_tensors="pt").input_features
        yield f"mel.{mels}.{samples}", values[:, :, ::7]


def main():
    torch.manual_seed(3)
    config = WhisperConfig(**SIZES, pad_token_id=END, bos_token_id=END, eos_token_id=END, decoder_start_token_id=START)
    model = WhisperForConditionalGeneration(config).eval()
    model.generation_config.eos_token_id = END
    randomise(model, 0.25)
    # Texts that differ from place to place.
    torch.nn.init.normal_(model.model.decoder.embed_positions.weight, 0, 2)
    folder = GOLDEN / "ears"
    folder.mkdir(exist_ok=True)
    weights = {name: value for name, value in model.state_dict().items() if name != "proj_out.weight"}
    save_file({name: value.clone().contiguous() for name, value in weights.items()}, folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps(SIZES | SUPPRESSED))
    tokenizer().save(str(folder / "tokenizer.json"), pretty=False)
    values, greedy, beams = dict(spectrograms()), [], []
    for sound in range(SOUNDS):
        named, *texts = sound_values(model)
        values |= {f"{sound}.{name}": value for name, value in named.items()}
        for kept, text in zip((greedy, beams), texts):
            kept.append(text)
    save_file({name: value.clone().contiguous() for name, value in values.items()}, GOLDEN / "ears_values.safetensors")
    (GOLDEN / "ears.json").write_text(json.dumps({"end": END, "start": START, "no_timestamps": NO_TIMESTAMPS, "written": greedy, "beams": beams}))
    print(json.dumps([greedy, beams]))


if __name__ == "__main__":
    main()
