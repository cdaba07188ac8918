"""The affine map, the rows of a matrix that one-hot inputs look up, and the map of two inputs."""

from __future__ import annotations

from symgrad.algebra.affine import Index
from symgrad.algebra.sizes import Size
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.written import Definition, total
from symgrad.catalogue.declare import MisfitError, Place, layer, told
from symgrad.catalogue.options import Option, count, flag


@layer("layer", "z", Option("out_features", count), Option("bias", flag, default=True))
def linear(place: Place, a: Tensor, *, out_features: Size, bias: bool) -> Definition:
    """Affine map of the last axis: ``z[i] = Σ_j w[i,j]·a[j] + b[i]``.

    a: … × N, w: M × N, b: M, z: … × M; leading axes are carried along, as in torch.nn.Linear.
    """
    if not a.shape:
        raise MisfitError("linear needs an input with at least one axis")
    *leading, features = a.shape
    w = place.parameter("w", (out_features, features), "ij")
    b = place.parameter("b", (out_features,), "i")
    carried = tuple(Index(size, letter) for size, letter in zip(leading, a.letters, strict=False))
    z = place.output((*leading, out_features), (*(index.letter for index in carried), "i"))
    i = Index(out_features, "i")
    product = total(features, lambda j: a[*carried, j] * w[i, j])
    return Definition(z, (*carried, i), product + b[i] if bias else product)


@layer("layer", "z", Option("embedding_dim", count))
def embedding(place: Place, a: Tensor, *, embedding_dim: Size) -> Definition:
    """The row of w that a one-hot input names, as a product with it: ``z[i] = Σ_j a[j]·w[j,i]``.

    a: … × N, each of its vectors 1 at one place and 0 at all others, w: N × D, z: … × D; leading axes are
    carried along. torch.nn.Embedding is given the place itself.
    """
    if not a.shape:
        raise MisfitError("embedding needs an input with at least one axis")
    *leading, rows = a.shape
    w = place.parameter("w", (rows, embedding_dim), "ji")
    carried = tuple(Index(size, letter) for size, letter in zip(leading, a.letters, strict=False))
    z = place.output((*leading, embedding_dim), (*(index.letter for index in carried), "i"))
    i = Index(embedding_dim, "i")
    return Definition(z, (*carried, i), total(rows, lambda j: a[*carried, j] * w[j, i]))


@layer(
    "layer",
    "z",
    Option("out_features", count),
    Option("bias", flag, default=True),
    inputs=("input1", "input2"),
)
def bilinear(place: Place, a: Tensor, u: Tensor, *, out_features: Size, bias: bool) -> Definition:
    """Map that is linear in each of two inputs: ``z[i] = Σ_{j,k} w[i,j,k]·a[j]·u[k] + b[i]``.

    a: … × N, u: … × K, w: M × N × K, b: M, z: … × M; leading axes are carried along and are the same for
    both, as in torch.nn.Bilinear.
    """
    if not a.shape or not u.shape or a.shape[:-1] != u.shape[:-1]:
        raise MisfitError(
            f"bilinear needs two inputs alike but for their last axes, and they are {told(a.shape)} and "
            f"{told(u.shape)}"
        )
    (*leading, first), second = a.shape, u.shape[-1]
    w = place.parameter("w", (out_features, first, second), "ijk")
    b = place.parameter("b", (out_features,), "i")
    letters = ("n", "l", "m", "q", "r", "s")
    carried = tuple(Index(size, letter) for size, letter in zip(leading, letters, strict=False))
    z = place.output((*leading, out_features), (*(index.letter for index in carried), "i"))
    i = Index(out_features, "i")
    product = total((first, second), lambda j, k: w[i, j, k] * a[*carried, j] * u[*carried, k])
    return Definition(z, (*carried, i), product + b[i] if bias else product)
