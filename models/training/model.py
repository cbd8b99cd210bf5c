"""glance's trained parts: a small BLIP-2 with the tensor names of the published checkpoints.

Q-Former: BLIP-2 (Li et al., 2023), names and arithmetic as Hugging Face `Blip2QFormerModel`. Decoder: as `OPTForCausalLM`.
`reference.py` holds both against `transformers`. Shapes: B pictures, Q queries, T tokens, D width.
"""

import json

import torch
import torch.nn.functional as F
from torch import nn

import data
import levels
import tokens

CONFIG = {
    "architecture": "blip2",
    "image_encoder": {"type": "efficientnet-lite2", "image_size": 260, "tokens": 1 + levels.GRID**2, "width": levels.WIDTH},
    "qformer": {
        "hidden_size": 256,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "intermediate_size": 1024,
        "cross_attention_frequency": 1,
        "encoder_hidden_size": levels.WIDTH,
        "num_query_tokens": 16,
        "vocab_size": tokens.VOCABULARY,
        "max_position_embeddings": 64,
        "layer_norm_eps": 1e-12,
        "projection_size": 128,
    },
    "language_model": {
        "type": "opt",
        "hidden_size": 256,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "ffn_dim": 1024,
        "vocab_size": tokens.VOCABULARY,
        "max_position_embeddings": 128,
    },
    "tokens": {"pad": tokens.PAD, "bos": tokens.BOS, "eos": tokens.EOS, "unk": tokens.UNK},
}
# Captions are learned with one layer; `stage2_align.py` adds the other.
ONE_LAYER = {**CONFIG, "qformer": {**CONFIG["qformer"], "num_hidden_layers": 1}}
MAX_TEXT = 32  # pieces of a text that the Q-Former reads
DROPOUT = 0.2


class Attention(nn.Module):
    """Multi-head attention with separate projections; keys and values may come from another width."""

    def __init__(self, width, heads, names, source_width=None):
        super().__init__()
        self.heads, self.names = heads, names
        for name in names:
            inputs = width if name == names[0] or source_width is None else source_width
            setattr(self, name, nn.Linear(inputs, width))

    def split(self, x):
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)

    def keys_values(self, source):
        return self.split(getattr(self, self.names[1])(source)), self.split(getattr(self, self.names[2])(source))

    def forward(self, x, keys, values, mask=None):
        query = self.split(getattr(self, self.names[0])(x))
        out = F.scaled_dot_product_attention(query, keys, values, attn_mask=mask)
        return out.transpose(1, 2).flatten(2)


class Output(nn.Module):
    """Dense, dropout, residual, layer norm: the end of every BERT sub-layer."""

    def __init__(self, inputs, width, epsilon):
        super().__init__()
        self.dense, self.LayerNorm = nn.Linear(inputs, width), nn.LayerNorm(width, epsilon)

    def forward(self, x, residual):
        return self.LayerNorm(F.dropout(self.dense(x), DROPOUT, self.training) + residual)


class BertAttention(nn.Module):
    def __init__(self, config, source_width=None):
        super().__init__()
        width = config["hidden_size"]
        names = ("query", "key", "value")
        self.attention = Attention(width, config["num_attention_heads"], names, source_width)
        self.output = Output(width, width, config["layer_norm_eps"])

    def forward(self, x, keys_values, mask=None):
        return self.output(self.attention(x, *keys_values, mask), x)


class Intermediate(nn.Module):
    def __init__(self, width, hidden):
        super().__init__()
        self.dense = nn.Linear(width, hidden)

    def forward(self, x):
        return F.gelu(self.dense(x))


class QFormerLayer(nn.Module):
    def __init__(self, config, index):
        super().__init__()
        width, hidden, epsilon = config["hidden_size"], config["intermediate_size"], config["layer_norm_eps"]
        self.attention = BertAttention(config)
        if index % config["cross_attention_frequency"] == 0:
            self.crossattention = BertAttention(config, config["encoder_hidden_size"])
        self.intermediate, self.output = Intermediate(width, hidden), Output(hidden, width, epsilon)
        self.intermediate_query, self.output_query = Intermediate(width, hidden), Output(hidden, width, epsilon)

    def forward(self, x, queries, image, mask=None, past=None):
        """x [B, T, D]: the first `queries` tokens are query tokens, the others text. `past`: keys and values to see before x.

        Returns (x, (keys, values) of x's self-attention)."""
        own = self.attention.attention.keys_values(x)
        seen = own if past is None else tuple(torch.cat(pair, 2) for pair in zip(past, own))
        x = self.attention(x, seen, mask)
        text = x[:, queries:]
        parts = []
        if queries:
            query = x[:, :queries]
            if image is not None and hasattr(self, "crossattention"):
                query = self.crossattention(query, image)
            parts.append(self.output_query(self.intermediate_query(query), query))
        if text.shape[1]:
            parts.append(self.output(self.intermediate(text), text))
        return torch.cat(parts, 1), own


class Encoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.layer = nn.ModuleList(QFormerLayer(config, i) for i in range(config["num_hidden_layers"]))


class QFormer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.layernorm = nn.LayerNorm(config["hidden_size"], config["layer_norm_eps"])
        self.encoder = Encoder(config)

    def image_keys_values(self, tokens_):
        """Cross-attention keys and values of every layer (None where a layer has none): computed once per picture."""
        layers = self.encoder.layer
        return [x.crossattention.attention.keys_values(tokens_) if hasattr(x, "crossattention") else None for x in layers]

    def forward(self, x, queries, image=None, mask=None, past=None):
        x = F.dropout(self.layernorm(x), DROPOUT, self.training)
        cache = []
        for index, layer in enumerate(self.encoder.layer):
            before = None if past is None else past[index]
            x, own = layer(x, queries, None if image is None else image[index], mask, before)
            cache.append(own)
        return x, cache


class OptLayer(nn.Module):
    def __init__(self, config):
        super().__init__()
        width = config["hidden_size"]
        names = ("q_proj", "k_proj", "v_proj")
        self.self_attn = Attention(width, config["num_attention_heads"], names)
        self.self_attn.out_proj = nn.Linear(width, width)
        self.self_attn_layer_norm, self.final_layer_norm = nn.LayerNorm(width), nn.LayerNorm(width)
        self.fc1, self.fc2 = nn.Linear(width, config["ffn_dim"]), nn.Linear(config["ffn_dim"], width)

    def forward(self, x, mask, past=None):
        y = self.self_attn_layer_norm(x)
        own = self.self_attn.keys_values(y)
        seen = own if past is None else tuple(torch.cat(pair, 2) for pair in zip(past, own))
        y = self.self_attn.out_proj(self.self_attn(y, *seen, mask))
        x = x + F.dropout(y, DROPOUT, self.training)
        y = self.fc2(F.relu(self.fc1(self.final_layer_norm(x))))
        return x + F.dropout(y, DROPOUT, self.training), seen


class OptDecoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.embed_tokens = nn.Embedding(config["vocab_size"], config["hidden_size"])
        self.embed_positions = nn.Embedding(config["max_position_embeddings"] + 2, config["hidden_size"])
        self.layers = nn.ModuleList(OptLayer(config) for _ in range(config["num_hidden_layers"]))
        self.final_layer_norm = nn.LayerNorm(config["hidden_size"])


class OptModel(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.decoder = OptDecoder(config)


class Opt(nn.Module):
    """Decoder-only language model; logits use the transposed embedding."""

    def __init__(self, config):
        super().__init__()
        self.model = OptModel(config)

    def embed(self, ids):
        return self.model.decoder.embed_tokens(ids)

    def forward(self, embeds, positions, mask, past=None):
        """embeds [B, T, D], positions [B, T] from 0, mask [B, 1, T, past + T] True where seen. Returns (hidden, cache)."""
        decoder = self.model.decoder
        x = F.dropout(embeds + decoder.embed_positions(positions + 2), DROPOUT, self.training)
        cache = []
        for index, layer in enumerate(decoder.layers):
            x, seen = layer(x, mask, None if past is None else past[index])
            cache.append(seen)
        return decoder.final_layer_norm(x), cache

    def logits(self, hidden):
        return hidden @ self.model.decoder.embed_tokens.weight.T


class VisionEmbeddings(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.position_embedding = nn.Parameter(torch.zeros(1, config["tokens"], config["width"]))


class VisionModel(nn.Module):
    """What is trained between the frozen encoder and the Q-Former: positions and a layer norm."""

    def __init__(self, config):
        super().__init__()
        self.embeddings = VisionEmbeddings(config)
        self.post_layernorm = nn.LayerNorm(config["width"], 1e-6)

    def forward(self, features):
        """Tokens of the encoder [B, 26, W] -> what the Q-Former sees [B, 26, W]."""
        tokens_ = features + self.embeddings.position_embedding
        return F.dropout(self.post_layernorm(tokens_), DROPOUT, self.training)


class TextEmbeddings(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.word_embeddings = nn.Embedding(config["vocab_size"], config["hidden_size"])
        self.position_embeddings = nn.Embedding(config["max_position_embeddings"], config["hidden_size"])

    def forward(self, ids):
        return self.word_embeddings(ids) + self.position_embeddings.weight[: ids.shape[1]]


class Glance(nn.Module):
    def __init__(self, config=CONFIG):
        super().__init__()
        qformer, language = config["qformer"], config["language_model"]
        width, queries, projected = qformer["hidden_size"], qformer["num_query_tokens"], qformer["projection_size"]
        self.config, self.queries = config, queries
        self.vision_model = VisionModel(config["image_encoder"])
        self.query_tokens = nn.Parameter(torch.zeros(1, queries, width))
        self.embeddings = TextEmbeddings(qformer)
        self.qformer = QFormer(qformer)
        self.vision_projection, self.text_projection = nn.Linear(width, projected), nn.Linear(width, projected)
        self.itm_head = nn.Linear(width, 2)
        self.language_projection = nn.Linear(width, language["hidden_size"])
        self.language_model = Opt(language)
        self.apply(initialise)
        nn.init.normal_(self.query_tokens)
        nn.init.normal_(self.language_model.model.decoder.embed_tokens.weight, std=width**-0.5)

    def look(self, features):
        """features [B, 26, W] -> (query outputs [B, Q, D], self-attention cache, cross-attention keys and values)."""
        image = self.qformer.image_keys_values(self.vision_model(features))
        queries = self.query_tokens.expand(len(features), -1, -1)
        out, cache = self.qformer(queries, self.queries, image)
        return out, cache, image

    def read(self, ids):
        """Text ids [B, T], padded with 0 -> unit vectors [B, P] (the text side of ITC)."""
        mask = (ids != tokens.PAD)[:, None, None, :]
        out, _ = self.qformer(self.embeddings(ids), 0, mask=mask)
        return F.normalize(self.text_projection(out[:, 0]), dim=-1)

    def match(self, image, ids):
        """Joint reading of picture and text: logits [B, 2] (no match, match)."""
        queries = self.query_tokens.expand(len(ids), -1, -1)
        x = torch.cat([queries, self.embeddings(ids)], 1)
        mask = torch.cat([ids.new_ones(len(ids), self.queries) != 0, ids != tokens.PAD], 1)[:, None, None, :]
        out, _ = self.qformer(x, self.queries, image, mask)
        return self.itm_head(out[:, : self.queries]).mean(1)


def initialise(module):
    """Xavier: with the Normal(0, 0.02) of BERT and OPT, which is meant for three times the width and more, attention stays even for epochs."""
    if isinstance(module, nn.Embedding):
        nn.init.normal_(module.weight, std=0.02)
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


def pad(rows, length=None):
    """Lists of ids to a [B, T] tensor, padded on the right."""
    length = length or max(map(len, rows))
    return torch.tensor([row[:length] + [tokens.PAD] * (length - len(row)) for row in rows])


def checkpoint(name):
    return data.WORK / f"{name}.pt"


def load(name, config=CONFIG):
    """Checkpoint `name`, without the temperature of ITC, which only its training needs."""
    state = torch.load(checkpoint(name))["model"]
    net = Glance(config)
    net.load_state_dict({key: value for key, value in state.items() if key != "temperature"})
    return net


def save(model, name, **notes):
    torch.save({"model": model.state_dict(), **notes}, checkpoint(name))
    print(f"saved {name} {json.dumps(notes)}", flush=True)
