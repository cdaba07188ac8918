"""Attention: what each query reads from the values, weighted by a softmax over the keys.

The named parts of a layer (queries Q, keys K, values V, scores S, weights P, what is read O) have gradients
of their own, in which those of its input and parameters are stated.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from symgrad.algebra.affine import Index, affine
from symgrad.algebra.brackets import at_least
from symgrad.algebra.functions import exp
from symgrad.algebra.sizes import Size, divided
from symgrad.algebra.tensors import Tensor, indices_of
from symgrad.algebra.written import Definition, Iverson, Total, Written, quantity, same, total
from symgrad.catalogue.declare import MisfitError, Place, layer, told
from symgrad.catalogue.options import Option, choice, count, flag, number

_MASKS = choice("none", "additive", "boolean")


class _Mask(NamedTuple):
    """Which keys a query may read: up to its own place, and what a given tensor of N × M says of them."""

    causal: bool
    kind: str
    given: Tensor | None
    excluded: bool
    """Whether a 1 of a boolean mask shuts a key out, as for torch.nn.MultiheadAttention."""

    def added(self, score: Written, i: Index, j: Index) -> Written:
        """The score with an additive mask."""
        return score + self.given[i, j] if self.given and self.kind == "additive" else score

    def allowed(self, i: Index, j: Index) -> Written | None:
        """1 where the query at i may read the key at j, else 0; None where every query reads every key."""
        causal = self.seen(i, j)
        if self.given is None or self.kind != "boolean":
            return causal
        open_ = 1 - self.given[i, j] if self.excluded else self.given[i, j]
        return open_ if causal is None else causal * open_

    def seen(self, i: Index, j: Index) -> Written | None:
        """``[j ≤ i]`` for a causal mask."""
        return Iverson((at_least(affine(i), j),)) if self.causal else None


def _masked(place: Place, queries: Size, keys: Size, causal: bool, kind: str, *, excluded: bool) -> _Mask:
    given = None if kind == "none" else place.given("M", (queries, keys), ("i", "j"))
    return _Mask(causal, kind, given, excluded)


def _weights(place: Place, scores: Tensor, mask: _Mask) -> Definition:
    """``P[…, i, j] = e^S[…, i, j] / Σ_k e^S[…, i, k]`` over the keys that the mask allows."""
    *leading, i, j = indices_of(scores)
    k = j.again()

    def weight(key: Index) -> Written:
        allowed, raised = mask.allowed(i, key), exp(scores[*leading, i, key])
        return raised if allowed is None else allowed * raised

    p = place.intermediate("P", scores.shape, scores.letters)
    return Definition(p, (*leading, i, j), weight(j) / Total((k,), weight(k)))


def _guarded(seen: Written | None, body: Written) -> Written:
    return body if seen is None else seen * body


@layer(
    "join",
    "O",
    Option("attn_mask", _MASKS, "none"),
    Option("is_causal", flag, default=False),
    Option("scale", number, None),
    inputs=("q", "k", "v"),
)
def scaled_dot_product_attention(
    place: Place,
    q: Tensor,
    k: Tensor,
    v: Tensor,
    *,
    attn_mask: str,
    is_causal: bool,
    scale: Fraction | None,
) -> tuple[Definition, ...]:
    """Attention: ``O = softmax(q·kᵀ/√D)·v``, the softmax over the keys of each query.

    q: N × D, k: M × D, v: M × E, O: N × E; leading axes that all three have, such as heads, are carried
    along. Without names before its options all three are its input; with one name keys and values are that
    output, with two those, with three the queries too. is_causal lets the query at i read the keys up to i.
    attn_mask gives the layer a tensor M of N × M entries: additive is added to the scores, boolean holds 1
    where a query may read and 0 elsewhere (torch.nn.functional.scaled_dot_product_attention). The scale is
    1/√D unless given.
    """
    lead = q.shape[:-2]
    if (
        any(len(tensor.shape) < 2 or tensor.shape[:-2] != lead for tensor in (q, k, v))
        or q.shape[-1] != k.shape[-1]
        or k.shape[-2] != v.shape[-2]
    ):
        raise MisfitError(
            "scaled_dot_product_attention needs queries N×D, keys M×D and values M×E, and here they are "
            f"{told(q.shape)}, {told(k.shape)} and {told(v.shape)}"
        )
    queries, width, keys, read = *q.shape[-2:], k.shape[-2], v.shape[-1]
    mask = _masked(place, queries, keys, is_causal, attn_mask, excluded=False)
    b, i, j, d = _carried(lead), Index(queries, "i"), Index(keys, "j"), Index(width, "d")
    letters = tuple(index.letter for index in b)
    product = Total((d,), q[*b, i, d] * k[*b, j, d])
    score = (quantity(width) ** Fraction(-1, 2) if scale is None else quantity(scale)) * product
    s = place.intermediate("S", (*lead, queries, keys), (*letters, "i", "j"))
    scores = Definition(s, (*b, i, j), _guarded(mask.seen(i, j), mask.added(score, i, j)))
    weights = _weights(place, s, mask)
    p, (b, i, j, e) = (
        weights.target,
        (_carried(lead), Index(queries, "i"), Index(keys, "j"), Index(read, "e")),
    )
    o = place.output((*lead, queries, read), (*letters, "i", "e"))
    out = Total((j,), _guarded(mask.seen(i, j), p[*b, i, j] * v[*b, j, e]))
    return scores, weights, Definition(o, (*b, i, e), out)


def _carried(lead: Sequence[Size]) -> tuple[Index, ...]:
    return tuple(Index(size, letter) for size, letter in zip(lead, "hnbcgr", strict=False))


@layer(
    "layer",
    "z",
    Option("num_heads", count),
    Option("bias", flag, default=True),
    Option("attn_mask", _MASKS, "none"),
    Option("is_causal", flag, default=False),
    inputs=("query", "key", "value"),
)
def multihead_attention(
    place: Place,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    *,
    num_heads: Size,
    bias: bool,
    attn_mask: str,
    is_causal: bool,
) -> tuple[Definition, ...]:
    """Attention by several heads, each with its own part of the features: ``z = [O₁ … O_H]·w_Oᵀ + b_O``.

    One sample: query T × E, key and value with features of their own; Q, K, V are affine maps of them to E
    features, of which head h has those from hD to hD + D − 1, D = E/H (torch.nn.MultiheadAttention with
    batch_first and without a batch). Without names before its options all three are its input; with one
    name keys and values are that output, with two those, with three the queries too. is_causal lets the
    query at i read the keys up to i. attn_mask gives the layer a tensor M with an entry for each query and
    key: additive is added to the scores of every head, boolean holds 1 where a query may not read, as torch
    has it here.
    """
    if any(len(tensor.shape) != 2 for tensor in (query, key, value)) or key.shape[0] != value.shape[0]:
        raise MisfitError(
            "multihead_attention needs queries T×E, and keys and values of one length, and here they are "
            f"{told(query.shape)}, {told(key.shape)} and {told(value.shape)}"
        )
    (queries, features), keys = query.shape, key.shape[0]
    if isinstance(features, int) and isinstance(num_heads, int) and features % num_heads:
        raise MisfitError(
            f"num_heads={num_heads} does not divide the {features} features of a query", "num_heads"
        )
    width = divided(features, num_heads)
    mask = _masked(place, queries, keys, is_causal, attn_mask, excluded=True)
    maps = [
        _projected(place, letter, a, features, bias=bias)
        for letter, a in (("Q", query), ("K", key), ("V", value))
    ]
    q, k, v = (stated.target for stated in maps)
    h, i, j, d = _heads(num_heads, queries, keys, width)
    product = Total((d,), q[i, h * width + d] * k[j, h * width + d])
    score = mask.added(quantity(width) ** Fraction(-1, 2) * product, i, j)
    s = place.intermediate("S", (num_heads, queries, keys), ("h", "i", "j"))
    scores = Definition(s, (h, i, j), _guarded(mask.seen(i, j), score))
    weights = _weights(place, s, mask)
    h, i, j, d = _heads(num_heads, queries, keys, width)
    o = place.intermediate("O", (queries, features), ("i", "d"))
    n = Index(features, "d")
    read = weights.target[h, i, j] * v[j, h * width + d]
    heads = Total((h, d), same(n, h * width + d) * Total((j,), _guarded(mask.seen(i, j), read)))
    joined = Definition(o, (i, n), heads)
    z = _projected(place, "O", o, features, bias=bias, target=place.output((queries, features), ("i", "d")))
    return (*maps, scores, weights, joined, z)


def _heads(heads: Size, queries: Size, keys: Size, width: Size) -> tuple[Index, Index, Index, Index]:
    return Index(heads, "h"), Index(queries, "i"), Index(keys, "j"), Index(width, "d")


def _projected(
    place: Place, letter: str, a: Tensor, features: Size, *, bias: bool, target: Tensor | None = None
) -> Definition:
    """``Q[i, d] = Σ_e a[i, e]·wQ[d, e] + bQ[d]``."""
    w = place.parameter(f"w{letter}", (features, a.shape[1]), "de")
    b = place.parameter(f"b{letter}", (features,), "d")
    target = target or place.intermediate(
        letter, (a.shape[0], features), ("i" if letter in "QO" else "j", "d")
    )
    i, d = indices_of(target)
    product = total(a.shape[1], lambda e: a[i, e] * w[d, e])
    return Definition(target, (i, d), product + b[d] if bias else product)
