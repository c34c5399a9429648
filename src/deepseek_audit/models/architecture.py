"""What a model is made of, and what training and serving it take, from its published configuration alone.

A configuration is a few dozen rows of ``data/model_configs.csv``. :func:`tensors` lists every weight tensor that
follows from it; parameter counts, activated parameters, scales of FP8 weights and operations are sums over that
list. One list covers dense models, grouped-query attention, multi-head latent attention, mixtures of experts with
shared experts and leading dense layers, and modules for multi-token prediction. A new model is new rows.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from factbook.facts import Facts
from factbook.quantity import EXACT, Quantity, computed, constant

# Two operations per parameter and token forward, four backward (Kaplan et al. 2020, arXiv:2001.08361, section 2.1)
FLOP_PER_PARAMETER_AND_TOKEN = constant(6, "flop/parameter/token", "6")
# Weights of FP8 layers share one scale per block of 128 x 128 (DeepSeek-V3 report, section 3.3.2)
FP8_BLOCK = 128
BITS_PER_BYTE = 8
BF16 = constant(16, "bit", "16 bits")
# A forward pass, and a backward pass of twice its work (Kaplan et al. 2020, section 2.1)
PASSES_OF_TRAINING = 3
# The list of those that the report shows: each with what its maker publishes as all parameters
MODELS = "models_counted"


class ConfigError(ValueError):
    """A configuration that no model can have, or that lacks a row."""


# What every transformer has
NEEDED = ("hidden_size", "layers", "vocab_size", "attention_heads")


@dataclass(frozen=True)
class ModelConfig:
    """The shape of a decoder-only transformer, in the terms of published configuration files.

    Attributes:
        name: the subject of its rows, such as ``deepseek_v3``.
        hidden_size, layers, vocab_size, attention_heads: as in every transformer.
        kv_heads: heads that keep keys and values; 0 for latent attention.
        head_dim: width of a head of ordinary attention; 0 means hidden_size / attention_heads.
        intermediate_size: width of dense feed-forward blocks (gate, up and down projection); 0 if there are none.
        q_lora_rank, kv_lora_rank, qk_nope_head_dim, qk_rope_head_dim, v_head_dim: multi-head latent attention
            (DeepSeek-V2 report, section 2.1); ``kv_lora_rank`` 0 means ordinary attention, ``q_lora_rank`` 0
            means queries without a bottleneck.
        routed_experts, activated_experts, shared_experts, moe_intermediate_size: mixture of experts, per layer.
        dense_layers: leading layers with a dense feed-forward block instead of experts.
        expert_groups, limited_groups: groups of experts (nodes or devices), and how many of them a token may reach.
        route_scale: a factor on the experts' outputs; it adds no parameters.
        router_bias: each expert has a bias for balancing the load (DeepSeek-V3 report, section 2.1.2).
        attention_bias: queries, keys and values have biases.
        tied_embeddings: the output head is the input embedding.
        mtp_modules: modules for multi-token prediction (DeepSeek-V3 report, section 2.2).
        rows: ids of the data rows behind all this, by field.

    Raises:
        ConfigError: the numbers contradict each other.
    """

    name: str
    hidden_size: int
    layers: int
    vocab_size: int
    attention_heads: int
    kv_heads: int = 0
    head_dim: int = 0
    intermediate_size: int = 0
    q_lora_rank: int = 0
    kv_lora_rank: int = 0
    qk_nope_head_dim: int = 0
    qk_rope_head_dim: int = 0
    v_head_dim: int = 0
    routed_experts: int = 0
    activated_experts: int = 0
    shared_experts: int = 0
    moe_intermediate_size: int = 0
    dense_layers: int = 0
    expert_groups: int = 1
    limited_groups: int = 0
    route_scale: float = 1
    router_bias: bool = False
    attention_bias: bool = False
    tied_embeddings: bool = False
    mtp_modules: int = 0
    rows: Mapping[str, str] = field(default_factory=dict, compare=False)

    @classmethod
    def from_facts(cls, facts: Facts, name: str) -> ModelConfig:
        """The configuration of a subject of ``model_configs.csv``.

        Raises:
            ConfigError: there is no such subject, a row is missing or unknown, or the numbers contradict each other.
        """
        rows = [row for row in facts.rows("model_configs") if row["subject"] == name]
        known = sorted({row["subject"] for row in facts.rows("model_configs")})
        if not rows:
            raise ConfigError(f"{name!r} has no rows in model_configs.csv. Known: {', '.join(known)}.")
        values: dict[str, Any] = {row["metric"]: _parsed(row) for row in rows}
        names = {item.name for item in fields(cls)} - {"name", "rows"}
        if unknown := sorted(values.keys() - names):
            raise ConfigError(f"{name}: no configuration has {', '.join(unknown)}. Known: {', '.join(sorted(names))}.")
        if missing := sorted(set(NEEDED) - values.keys()):
            raise ConfigError(f"{name}: model_configs.csv lacks {', '.join(missing)}.")
        return cls(name=name, rows={row["metric"]: row["fact_id"] for row in rows}, **values)

    def __post_init__(self) -> None:
        for problem in self._problems():
            raise ConfigError(f"{self.name}: {problem}.")

    def _problems(self) -> Iterator[str]:
        for name in NEEDED:
            if getattr(self, name) < 1:
                yield f"{name} is {getattr(self, name)}, and must be at least 1"
        for item in fields(self):
            if item.type in ("int", "float") and getattr(self, item.name) < 0:
                yield f"{item.name} is {getattr(self, item.name)}, and must not be negative"
        yield from self._attention_problems()
        yield from self._expert_problems()

    def _attention_problems(self) -> Iterator[str]:
        if self.is_latent:
            missing = [name for name in ("qk_nope_head_dim", "v_head_dim") if not getattr(self, name)]
            if missing:
                yield f"latent attention (kv_lora_rank {self.kv_lora_rank}) needs {' and '.join(missing)}"
            if self.kv_heads:
                yield f"it has both kv_lora_rank {self.kv_lora_rank} and kv_heads {self.kv_heads}; attention is latent or ordinary"
            return
        if not self.kv_heads:
            yield "it has neither kv_heads nor kv_lora_rank, so its attention is unknown"
        elif self.attention_heads % self.kv_heads:
            yield f"{self.attention_heads} attention_heads cannot share {self.kv_heads} kv_heads evenly"
        if not self.head_dim and self.hidden_size % self.attention_heads:
            yield f"hidden_size {self.hidden_size} does not divide among {self.attention_heads} attention_heads; give head_dim"

    def _expert_problems(self) -> Iterator[str]:
        if self.dense_layers > self.layers:
            yield f"{self.dense_layers} dense_layers do not fit in {self.layers} layers"
        if not self.is_mixture:
            given = [name for name in ("activated_experts", "shared_experts", "moe_intermediate_size") if getattr(self, name)]
            if given:
                yield f"it has {' and '.join(given)}, but no routed_experts"
        elif not 1 <= self.activated_experts <= self.routed_experts:
            yield f"{self.activated_experts} activated_experts of {self.routed_experts} routed_experts"
        elif not self.moe_intermediate_size:
            yield "routed_experts need moe_intermediate_size"
        elif self.expert_groups < 1 or self.routed_experts % self.expert_groups:
            yield f"{self.routed_experts} routed_experts do not divide into {self.expert_groups} expert_groups"
        elif self.limited_groups > self.expert_groups:
            yield f"{self.limited_groups} limited_groups of {self.expert_groups} expert_groups"
        elif self.activated_experts > (self.limited_groups or self.expert_groups) * self.routed_experts // self.expert_groups:
            yield f"{self.activated_experts} activated_experts do not fit in {self.limited_groups} limited_groups"
        if (not self.is_mixture or self.dense_layers) and not self.intermediate_size:
            yield "dense layers need intermediate_size"

    def rows_of(self, *names: str) -> frozenset[str]:
        """Ids of the data rows behind some fields, or behind all."""
        return frozenset(row for name, row in self.rows.items() if not names or name in names)

    @property
    def is_latent(self) -> bool:
        """Whether attention is multi-head latent attention."""
        return self.kv_lora_rank > 0

    @property
    def is_mixture(self) -> bool:
        """Whether it is a mixture of experts."""
        return self.routed_experts > 0

    @property
    def head_width(self) -> int:
        """Width of a head of ordinary attention."""
        return self.head_dim or self.hidden_size // self.attention_heads

    @property
    def score_width(self) -> int:
        """Width of a head's queries and keys."""
        return self.qk_nope_head_dim + self.qk_rope_head_dim if self.is_latent else self.head_width

    @property
    def value_width(self) -> int:
        """Width of a head's values."""
        return self.v_head_dim if self.is_latent else self.head_width

    @property
    def cached_per_layer(self) -> int:
        """Numbers kept per token and layer: keys and values, or the latent vector and the rotary key."""
        return self.kv_lora_rank + self.qk_rope_head_dim if self.is_latent else 2 * self.kv_heads * self.head_width

    @property
    def sparse_layers(self) -> int:
        """Layers with experts."""
        return self.layers - self.dense_layers if self.is_mixture else 0

    def with_ordinary_attention(self, kv_heads: int) -> ModelConfig:
        """The same model with ordinary attention of ``kv_heads`` heads, each as wide as its value heads.

        One key-value head is multi-query attention; as many as there are attention heads, multi-head attention.
        """
        latent = dict.fromkeys(("q_lora_rank", "kv_lora_rank", "qk_nope_head_dim", "qk_rope_head_dim", "v_head_dim"), 0)
        changes: dict[str, Any] = {**latent, "kv_heads": kv_heads, "head_dim": self.value_width}
        return replace(self, name=f"{self.name} with {kv_heads} key-value heads", **changes)


def ordinary_attentions(config: ModelConfig, groups: int) -> dict[str, ModelConfig]:
    """A model with each kind of ordinary attention; ``groups`` is how many key-value heads the grouped-query kind has."""
    heads = {"multi-head": config.attention_heads, "grouped-query": groups, "multi-query": 1}
    return {kind: config.with_ordinary_attention(kv_heads) for kind, kv_heads in heads.items()}


def _parsed(row: Mapping[str, str]) -> int | float | bool:
    if row["text"]:
        if row["text"] not in ("true", "false"):
            raise ConfigError(f"{row['fact_id']} says {row['text']!r}; a configuration holds numbers, true or false.")
        return row["text"] == "true"
    value = float(row["value"])
    return int(value) if value.is_integer() else value


# Tensors


@dataclass(frozen=True)
class Tensor:
    """Weight tensors of one shape.

    Attributes:
        part: the part of the model they belong to, a key of :class:`ParameterCount`.
        rows, columns: the shape; one column for a vector.
        copies: how many there are in the model.
        active: how many of them work on one token.
        fp8: kept as FP8 in DeepSeek-V3's published weights, with a scale per block.
    """

    part: str
    rows: int
    columns: int = 1
    copies: int = 1
    active: int = 1
    fp8: bool = False

    @property
    def size(self) -> int:
        """Parameters of one of them."""
        return self.rows * self.columns

    @property
    def scales(self) -> int:
        """Scales of one of them: one per started block."""
        return math.ceil(self.rows / FP8_BLOCK) * math.ceil(self.columns / FP8_BLOCK) if self.fp8 else 0


EMBEDDING, HEAD = "input embedding", "output head"
ROUTED, SHARED = "routed experts", "shared experts"
# Parts of the module for multi-token prediction, which the main model's count leaves out
MTP, MTP_COPIES = "multi-token prediction", "its copies of embedding and head"


def tensors(config: ModelConfig) -> list[Tensor]:
    """Every weight tensor of a model.

    The parts of a module for multi-token prediction are labeled as such: a block like the last layer, a projection
    of two joined vectors, norms, and, in the published files, copies of embedding and head (DeepSeek-V3's
    README_WEIGHTS.md).
    """
    width, vocabulary = config.hidden_size, config.vocab_size
    listed = [Tensor(EMBEDDING, vocabulary, width), Tensor("norms", width)]
    if not config.tied_embeddings:
        listed.append(Tensor(HEAD, vocabulary, width))
    listed += _layers(config, config.layers - config.sparse_layers, _dense_feed_forward(config))
    listed += _layers(config, config.sparse_layers, _mixture(config))
    if config.mtp_modules:
        block = _layers(config, config.mtp_modules, _mixture(config) if config.is_mixture else _dense_feed_forward(config))
        listed += [replace(tensor, part=MTP) for tensor in block]
        listed += [Tensor(MTP, 2 * width, width, config.mtp_modules, config.mtp_modules)]
        listed += [Tensor(MTP, width, 1, 3 * config.mtp_modules, 3 * config.mtp_modules)]
        listed += [Tensor(MTP_COPIES, vocabulary, width, 2 * config.mtp_modules, 2 * config.mtp_modules)]
    return listed


def _layers(config: ModelConfig, count: int, feed_forward: Iterable[Tensor]) -> list[Tensor]:
    """Tensors of ``count`` layers with the given feed-forward block."""
    norms = Tensor("norms", config.hidden_size, 1, 2, 2)
    block = [norms, *_attention(config), *feed_forward] if count else []
    return [replace(tensor, copies=tensor.copies * count, active=tensor.active * count) for tensor in block]


def _attention(config: ModelConfig) -> list[Tensor]:
    width, heads = config.hidden_size, config.attention_heads
    output = Tensor("attention", heads * config.value_width, width, fp8=True)
    if not config.is_latent:
        shapes = [heads * config.head_width, *[config.kv_heads * config.head_width] * 2]
        biases = [Tensor("attention", rows) for rows in shapes] if config.attention_bias else []
        return [*(Tensor("attention", rows, width, fp8=True) for rows in shapes), *biases, output]
    queries = [Tensor("attention", heads * config.score_width, config.q_lora_rank or width, fp8=True)]
    if config.q_lora_rank:
        queries += [Tensor("attention", config.q_lora_rank, width, fp8=True), Tensor("norms", config.q_lora_rank)]
    return [
        *queries,
        Tensor("attention", config.kv_lora_rank + config.qk_rope_head_dim, width, fp8=True),
        Tensor("norms", config.kv_lora_rank),
        Tensor("attention", heads * (config.qk_nope_head_dim + config.v_head_dim), config.kv_lora_rank, fp8=True),
        output,
    ]


def _dense_feed_forward(config: ModelConfig) -> list[Tensor]:
    return [Tensor("dense feed-forward", config.intermediate_size, config.hidden_size, 3, 3, fp8=True)]


def _mixture(config: ModelConfig) -> list[Tensor]:
    """Router and experts; each expert has a gate, an up and a down projection (DeepSeekMoE, section 3)."""
    width, expert = config.hidden_size, config.moe_intermediate_size
    router = [Tensor("router", config.routed_experts, width)]
    if config.router_bias:
        router.append(Tensor("router", config.routed_experts))
    routed = Tensor(ROUTED, expert, width, 3 * config.routed_experts, 3 * config.activated_experts, fp8=True)
    shared = Tensor(SHARED, expert, width, 3 * config.shared_experts, 3 * config.shared_experts, fp8=True)
    return [*router, routed, *([shared] if config.shared_experts else [])]


# Counts


@dataclass(frozen=True)
class ParameterCount:
    """Parameters of a model, by part (unit parameter). The main model excludes modules for multi-token prediction.

    Attributes:
        parts: all parameters of each part, those of multi-token prediction included.
        active: those of each part that work on one token.
        fp8_scales: scales that come with the weights when they are stored as FP8, modules included.
    """

    parts: Mapping[str, Quantity]
    active: Mapping[str, Quantity]
    fp8_scales: Quantity

    @property
    def total(self) -> Quantity:
        """The main model."""
        return _sum(self.parts[part] for part in self.main_parts).named("all parameters")

    def stored(self, *, fp8: bool) -> Quantity:
        """Every number in the published files, as hosting sites count them: modules, copies and, if FP8, scales too."""
        return _sum([*self.parts.values(), *([self.fp8_scales] if fp8 else [])]).named("stored numbers")

    def activated(self, *, embedding: bool = False, head: bool = True) -> Quantity:
        """Parameters that work on one token, under a convention.

        Args:
            embedding: count the input embedding, from which a token needs one row.
            head: count the output head.
        """
        left_out = {MTP, MTP_COPIES} | ({EMBEDDING} if not embedding else set()) | ({HEAD} if not head else set())
        kept = {part: value for part, value in self.active.items() if part not in left_out}
        if head and HEAD not in self.active and EMBEDDING in left_out:  # tied: the embedding works as the head
            kept[EMBEDDING] = self.active[EMBEDDING]
        return _sum(kept.values())

    @property
    def share_at_work(self) -> Quantity:
        """The part of all parameters that works on one token, output head included (unit percent)."""
        return (self.activated() / self.total).to("percent")

    @property
    def main_parts(self) -> list[str]:
        """The parts of the main model, which has no module for multi-token prediction."""
        return [part for part in self.parts if part not in (MTP, MTP_COPIES)]


def parameter_count(config: ModelConfig) -> ParameterCount:
    """How many parameters a model has and how many work on one token, part by part.

    Exact: every tensor of the configuration is counted. The unit is parameter.
    """
    listed = tensors(config)
    parts = list(dict.fromkeys(tensor.part for tensor in listed))
    every, active = ({part: _counted(config, part, listed, which) for part in parts} for which in ("copies", "active"))
    scales = sum(tensor.scales * tensor.copies for tensor in listed)
    return ParameterCount(every, active, _derived(config, scales, "parameter", f"scales of {FP8_BLOCK} × {FP8_BLOCK} blocks"))


def rows_by_part(count: ParameterCount, hosted: Quantity) -> list[list[Quantity | str]]:
    """A table of a model's parameters: name, all and at work, for each part, the main model, and what else its files hold.

    At work is what multiplies: the input embedding, from which a token takes one row, is not, here as in :func:`flops_per_token`.

    Numbers are written without their unit, as millions or billions of parameters.

    Args:
        count: of the model.
        hosted: all numbers in the files by the count of Hugging Face, for the last row.
    """
    rows: list[list[Quantity | str]] = [
        [part.capitalize(), count.parts[part].shown("6 bare"), "looked up" if part == EMBEDDING else count.active[part].shown("4 bare")]
        for part in count.main_parts
    ]
    rows.append(["Main model", count.total.shown("6 bare"), count.activated().shown("4 bare")])
    besides = {part: count.parts[part] for part in count.parts if part not in count.main_parts}
    besides |= {
        "Scales of the FP8 weights": count.fp8_scales,
        "All numbers in the files": count.stored(fp8=True),
        "The same by Hugging Face, for R1": hosted,
    }
    rows += [[part[0].upper() + part[1:], amount.shown("6 bare"), "–"] for part, amount in besides.items()]
    return rows


# Fields behind each part
_LATENT = ("q_lora_rank", "kv_lora_rank", "qk_nope_head_dim", "qk_rope_head_dim", "v_head_dim")
_HEADS = ("attention_heads", "kv_heads", "head_dim", *_LATENT)
_EXPERTS = ("hidden_size", "layers", "dense_layers", "moe_intermediate_size")
_FIELDS = {
    EMBEDDING: ("vocab_size", "hidden_size"),
    HEAD: ("vocab_size", "hidden_size", "tied_embeddings"),
    "norms": ("hidden_size", "layers", "q_lora_rank", "kv_lora_rank"),
    "attention": ("hidden_size", "layers", "attention_bias", *_HEADS),
    "dense feed-forward": ("hidden_size", "intermediate_size", "layers", "dense_layers"),
    "router": ("hidden_size", "layers", "dense_layers", "routed_experts", "router_bias"),
    ROUTED: (*_EXPERTS, "routed_experts", "activated_experts"),
    SHARED: (*_EXPERTS, "shared_experts"),
    MTP_COPIES: ("vocab_size", "hidden_size", "mtp_modules"),
}


def _counted(config: ModelConfig, part: str, listed: Iterable[Tensor], which: str) -> Quantity:
    mine = [tensor for tensor in listed if tensor.part == part]
    amount = sum(tensor.size * int(getattr(tensor, which)) for tensor in mine)
    terms = " + ".join(f"{getattr(tensor, which)} × {tensor.rows} × {tensor.columns}" for tensor in mine)
    return _derived(config, amount, "parameter", terms, *_FIELDS.get(part, ())).named(part)


def _derived(config: ModelConfig, amount: float, unit_name: str, formula: str, *names: str) -> Quantity:
    """An exact number that follows from some fields of a configuration, or from all."""
    return computed(amount, unit_name, EXACT, f"{config.name}: {formula}", config.rows_of(*names))


def _sum(terms: Iterable[Quantity]) -> Quantity:
    first, *others = terms
    for term in others:
        first = first + term
    return first


# Memory and operations per token


def cache_bytes(layers: Any, cached_per_layer: Any, bits: Any) -> Any:
    """Bytes of key-value cache per token: layers × numbers kept per layer × bits, over eight.

    Plain arithmetic, for numbers, arrays and symbols.
    """
    return layers * cached_per_layer * bits / BITS_PER_BYTE


_CACHE = ("hidden_size", "attention_heads", "kv_heads", "head_dim", "kv_lora_rank", "qk_rope_head_dim", "v_head_dim")


def cached_per_layer(config: ModelConfig) -> Quantity:
    """Numbers that attention keeps per token and layer (unit count)."""
    formula = "kv_lora_rank + qk_rope_head_dim" if config.is_latent else "2 × kv_heads × head width"
    return _derived(config, config.cached_per_layer, "count", formula, *_CACHE)


def kv_cache_bytes_per_token(config: ModelConfig, bits: Quantity | float = BF16) -> Quantity:
    """Memory that attention keeps for each token of context (unit byte/token).

    Args:
        config: the model.
        bits: precision of what is kept, on average (unit bit).

    Ordinary attention keeps keys and values of every key-value head; latent attention one compressed vector and one
    rotary key per layer (DeepSeek-V2 report, Table 1).
    """
    amount = cache_bytes(config.layers, config.cached_per_layer, 1)
    per_bit = _derived(config, amount, "byte/token/bit", "layers × kept numbers / 8", "layers", *_CACHE)
    return (per_bit * (bits if isinstance(bits, Quantity) else constant(bits, "bit", f"{bits} bits"))).to("byte/token")


def attention_flop(layers: Any, heads: Any, widths: Any, sequence: Any, causal: bool) -> Any:
    """Training operations per token of attention's two products: 6 × layers × heads × (score + value width) × length.

    Half of it where a token sees only those before it. Plain arithmetic. Chowdhery et al. 2022, appendix B.
    """
    return 2 * PASSES_OF_TRAINING * layers * heads * widths * sequence / (2 if causal else 1)


def cache_gigabytes(config: ModelConfig) -> Callable[[Any, Any, Any], Any]:
    """The whole cache of a service in gigabytes, as a formula over context (tokens), batch (conversations) and bits.

    Plain arithmetic, for numbers, arrays and symbols.
    """

    def gigabytes(context: Any, batch: Any, bits: Any) -> Any:
        return context * batch * cache_bytes(config.layers, config.cached_per_layer, bits) / 1e9

    return gigabytes


def flops_per_token(config: ModelConfig, sequence: Quantity, *, causal: bool = True, head: bool = True) -> Quantity:
    """Training operations per token: 6N and the products of attention (unit Gflop/token).

    Args:
        config: the model; N are its activated parameters without the input embedding, which is looked up, not computed.
        sequence: length of the training sequences (unit token).
        causal: count only the half of the attention products that a causal model needs.
        head: count the output head in N.

    Returns:
        Unit Gflop/token. Kaplan et al. 2020, section 2.1; Chowdhery et al. 2022, arXiv:2204.02311, appendix B.
    """
    weights = parameter_count(config).activated(head=head).named("activated parameters") * FLOP_PER_PARAMETER_AND_TOKEN
    per_length = attention_flop(config.layers, config.attention_heads, config.score_width + config.value_width, 1, causal)
    attention = _derived(config, per_length, "flop/token**2", "6 × layers × heads × widths" + (" / 2" if causal else ""), "layers", *_HEADS)
    return (weights + attention * sequence).to("Gflop/token")


# Models that the data describe


@dataclass(frozen=True)
class Model:
    """A model as it is known from its published configuration.

    Attributes:
        name: what readers call it.
        config: its shape.
        published: all its parameters, as its maker states them.
    """

    name: str
    config: ModelConfig
    published: Quantity

    @functools.cached_property
    def count(self) -> ParameterCount:
        """Its parameters, see :func:`parameter_count`."""
        return parameter_count(self.config)

    @property
    def gap(self) -> Quantity:
        """By how much the count differs from what the maker states (unit percent)."""
        return abs(self.count.total / self.published - 1).to("percent")

    def work(self, sequence: Quantity, *, causal: bool = True) -> Quantity:
        """Operations per token in training, see :func:`flops_per_token`."""
        return flops_per_token(self.config, sequence, causal=causal).named(f"{self.name} FLOP per token")

    def cache(self, bits: Quantity | float = BF16) -> Quantity:
        """Memory of attention per token, see :func:`kv_cache_bytes_per_token`."""
        return kv_cache_bytes_per_token(self.config, bits).named(f"{self.name} cache")


def read_models(facts: Facts) -> dict[str, Model]:
    """All models of the list `MODELS`, by the subject of their rows in ``model_configs.csv``.

    Raises:
        ConfigError: the rows of one make no configuration.
    """
    found = {facts.row(item.id("published"))["subject"]: item for item in facts.listing(MODELS)}
    return {name: Model(item.label, ModelConfig.from_facts(facts, name), item.published) for name, item in found.items()}


# Training runs


def training_flops(parameters: Quantity, tokens: Quantity) -> Quantity:
    """Operations of a training run by the rule 6ND, without attention.

    Args:
        parameters: parameters activated per token (unit parameter). For a mixture of experts these are the
            activated ones, not the total.
        tokens: training tokens (unit token).

    Returns:
        Operations (unit flop). Kaplan et al. 2020, section 2.1.
    """
    return (FLOP_PER_PARAMETER_AND_TOKEN * parameters * tokens).to("flop")


def model_flops_utilization(flops: Quantity, gpu_hours: Quantity, peak: Quantity) -> Quantity:
    """The share of the chips' peak that a run delivered (Chowdhery et al. 2022, arXiv:2204.02311, appendix B).

    Args:
        flops: operations the model needs (unit flop).
        gpu_hours: chip time spent (unit gpu_hour).
        peak: dense peak rate of one chip (unit Tflop/second).

    Returns:
        A share (unit percent).
    """
    return (flops / (gpu_hours * _per_gpu(peak))).to("percent")


def implied_gpu_hours(flops: Quantity, peak: Quantity, utilization: Quantity | float) -> Quantity:
    """The chip time a run needs at a given utilization: operations / (peak × utilization), unit gpu_hour.

    A utilization with a range gives hours with a range: the higher it is, the fewer they are.
    """
    hours = (flops / (_per_gpu(peak) * utilization)).to("gpu_hour")
    if not isinstance(utilization, Quantity) or utilization.low is None or utilization.high is None:
        return hours
    fewest, most = (implied_gpu_hours(flops, peak, end) for end in (utilization.high, utilization.low))
    return replace(hours, low=fewest, high=most)


def delivered_speed(flop_per_token: Quantity, gpu_hours_per_token: Quantity) -> Quantity:
    """What a run got out of each GPU: operations per token over chip time per token (unit Tflop/second)."""
    return (flop_per_token / gpu_hours_per_token * ONE_GPU).to("Tflop/second")


def _per_gpu(peak: Quantity) -> Quantity:
    """The data give a chip's peak without saying “per GPU”; here it is a rate of each GPU."""
    return peak / ONE_GPU


ONE_GPU = constant(1, "gpu", "GPU")


def reduction(before: Quantity, after: Quantity) -> Quantity:
    """By how much ``after`` is less than ``before`` (unit percent)."""
    return (1 - after / before).to("percent")


def blended_peak(shares: Mapping[str, Quantity], peaks: Mapping[str, Quantity]) -> Quantity:
    """The peak of a chip for a mix of number formats: the harmonic mean, weighted by the operations in each.

    Args:
        shares: share of the operations by format; they add up to 1.
        peaks: dense peak rate of one chip by format (unit Tflop/second).

    Raises:
        ValueError: the shares don't add up to 1.
    """
    total = sum(float(share) for share in shares.values())
    if not math.isclose(total, 1, abs_tol=1e-9):
        raise ValueError(f"the shares add up to {total:g}, not 1")
    return (1 / _sum(share / peaks[name] for name, share in shares.items())).to("Tflop/second")


def drafting_work(count: ParameterCount) -> Quantity:
    """Work of drafting one more token, by the module and the output head, as a share of the main model's (unit percent)."""
    return ((count.active[MTP] + count.active[HEAD]) / count.activated()).to("percent")


def multi_token_speedup(acceptance: Quantity, extra_work: Quantity | float = 0) -> Quantity:
    """How much faster tokens come when one more is drafted each time (unit ratio).

    Args:
        acceptance: how often the drafted token stands (a share).
        extra_work: work of the drafting module as a share of the model's.

    Returns:
        (1 + acceptance) / (1 + extra work), for one drafted token. DeepSeek-V3 report, section 5.4.3.
    """
    return (1 + acceptance.to("ratio")) / (1 + extra_work)


@dataclass(frozen=True)
class Factor:
    """One factor of a ratio.

    Attributes:
        label: what it is.
        ratio: by how much it multiplies.
        share: its part of the ratio on a log scale, where factors add up (unit percent). Negative if it works
            against the rest.
    """

    label: str
    ratio: Quantity
    share: Quantity


def decomposition(factors: Mapping[str, Quantity]) -> list[Factor]:
    """Shares of the factors in their product, on a log scale: log factor / log product.

    Raises:
        ValueError: a factor is not positive, or their product is 1, so that there is nothing to share.
    """
    logs = {}
    for label, ratio in factors.items():
        if float(ratio) <= 0:
            raise ValueError(f"{label} is {ratio}; a factor must be positive")
        logs[label] = math.log(float(ratio))
    total = sum(logs.values())
    if math.isclose(total, 0, abs_tol=1e-12):
        raise ValueError("the factors multiply to 1: there is no difference to share")
    rows = frozenset[str]().union(*(ratio.rows for ratio in factors.values()))
    return [
        Factor(label, ratio, computed(100 * logs[label] / total, "percent", 3, f"log({label}) / sum of logs", rows))
        for label, ratio in factors.items()
    ]


@dataclass(frozen=True)
class Run:
    """A training run.

    Attributes:
        flop_per_token: operations per token in training.
        tokens: it was trained on.
        gpu_hours: its chip time.
        peak: of one of its chips, dense, for the number formats in which it multiplied (unit Tflop/second).
    """

    flop_per_token: Quantity
    tokens: Quantity
    gpu_hours: Quantity
    peak: Quantity

    @property
    def utilization(self) -> Quantity:
        """The share of the chips' peak in its own formats that it delivered (unit percent), see :func:`model_flops_utilization`."""
        return model_flops_utilization(self.flop_per_token * self.tokens, self.gpu_hours, self.peak)

    def counted(self, flop_per_token: Quantity, peak: Quantity) -> Run:
        """The same run with its operations counted in another way, and the peak for them."""
        return replace(self, flop_per_token=flop_per_token, peak=peak)


def gpu_hours_factors(run: Run, base: Run) -> list[Factor]:
    """One run's GPU-hours over another's, as an identity of four factors.

    GPU-hours are work per token × tokens / (peak × utilization), so their ratio is the product of the ratios of work per
    token and tokens, and of the inverse ratios of the peaks (the number formats) and of utilization. It is accounting: it
    doesn't say what caused which factor, nor that the two models are equally good.
    """
    return decomposition(
        {
            "Operations per token": (run.flop_per_token / base.flop_per_token).named("operations per token"),
            "Tokens": (run.tokens / base.tokens).named("tokens"),
            "Number format": (base.peak / run.peak).named("number format"),
            "Use of the chips": (base.utilization / run.utilization).to("ratio").named("utilization"),
        }
    )


def hours_by_convention(
    run: Run, base: Run, own_work: Quantity, pretraining: Quantity, by_6n: tuple[Run, Run], by_full: tuple[Run, Run]
) -> dict[str, list[Factor]]:
    """:func:`gpu_hours_factors` of Llama's run over V3's, as it is given, and with one thing counted in another way.

    Args:
        run, base: the two runs, counted with sequences of equal length and all their hours.
        own_work: operations per token of ``run`` at the length of its own sequences.
        pretraining: GPU-hours of the pre-training of ``base`` alone.
        by_6n: both with operations by the rule 6ND, which leaves out attention.
        by_full: both with attention counted over all pairs of tokens.
    """
    return {
        "Equal sequences": gpu_hours_factors(run, base),
        "Llama’s own length": gpu_hours_factors(replace(run, flop_per_token=own_work), base),
        "Pre-training only": gpu_hours_factors(run, replace(base, gpu_hours=pretraining)),
        "Without attention": gpu_hours_factors(*by_6n),
        "All pairs of tokens": gpu_hours_factors(*by_full),
    }


def work_shares_by_choice(
    one: tuple[Model, Run], other: tuple[Model, Run], lengths: tuple[Quantity, Quantity], pretraining: Quantity
) -> list[Quantity]:
    """The share of work in :func:`gpu_hours_factors`, in every combination of the choices of :func:`hours_by_convention`.

    The share is log(ratio of work per token) / log(ratio of GPU-hours), so neither peaks nor tokens move it.

    Args:
        one, other: a model and its run, and the one that it is held against.
        lengths: of the sequences for both, or for the other and for the first in turn.
        pretraining: GPU-hours of the pre-training of ``other`` alone.
    """
    (model, run), (base_model, base) = one, other
    short, long = lengths
    pairs = ((short, short), (long, short), (long, long), (0 * short, 0 * short))
    runs = [
        (replace(run, flop_per_token=model.work(own, causal=causal)), replace(base, flop_per_token=base_model.work(its, causal=causal)))
        for own, its in pairs
        for causal in (True, False)
    ]
    return [
        gpu_hours_factors(first, replace(second, gpu_hours=hours))[0].share
        for first, second in runs
        for hours in (base.gpu_hours, pretraining)
    ]


def rows_by_convention(variants: Mapping[str, Sequence[Factor]]) -> list[list[Quantity | str]]:
    """A table of :func:`hours_by_convention`: the factor of work, the others together, and work’s share on a log scale."""
    return [
        [name, work.ratio, tokens.ratio * form.ratio * use.ratio, work.share.shown("2")]
        for name, (work, tokens, form, use) in variants.items()
    ]


def cache_factors(before: ModelConfig, after: ModelConfig, bits_before: Quantity, bits_after: Quantity) -> list[Factor]:
    """One cache over another, as numbers kept per layer, times bits per number, times layers."""
    layers = [_derived(config, config.layers, "count", "layers", "layers") for config in (before, after)]
    return decomposition(
        {
            "Latent attention": cached_per_layer(before) / cached_per_layer(after),
            "Fewer bits per number": bits_before / bits_after,
            "Fewer layers": layers[0] / layers[1],
        }
    )
