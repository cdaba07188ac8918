"""The peers: the same tasks in the words of SymPy, symengine, CasADi and torch, each at its best."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from time import perf_counter
from typing import Any

KERNEL, STRIDE = 3, 2


def letters(size: int) -> tuple[list[str], ...]:
    """The names of the image's, the kernel's and the upstream's entries, such as ``a1``."""
    counts = {"a": size**2, "w": KERNEL**2, "g": len(corners(size))}
    return tuple([f"{stem}{n + 1}" for n in range(count)] for stem, count in counts.items())


def corners(size: int) -> list[int]:
    """Where in the image the kernel stands, for each output."""
    along = range(0, size - KERNEL + 1, STRIDE)
    return [k * size + l for k, l in product(along, along)]


def steps(size: int) -> list[int]:
    """Where each entry of the kernel is, seen from its corner."""
    return [u * size + v for u, v in product(range(KERNEL), range(KERNEL))]


def loss(size: int, algebra: Any) -> tuple[Any, list[Any]]:
    """``Σ_p g_p z_p`` with each z written out, in SymPy or symengine, and what to differentiate it by.

    Sums are made at once: adding term by term is quadratic in both.
    """
    a, w, g = (list(map(algebra.Symbol, stems)) for stems in letters(size))
    parts = []
    for upstream, corner in zip(g, corners(size), strict=True):
        z = algebra.Add(*(a[corner + step] * weight for step, weight in zip(steps(size), w, strict=True)))
        parts.append(upstream * z)
    return algebra.Add(*parts), [*w, *a]


def in_sympy(size: int) -> float:
    """The seconds that ``sympy.diff`` of the loss and ``sympy.latex`` take, once."""
    import sympy

    start = perf_counter()
    total, by = loss(size, sympy)
    texts = [sympy.latex(sympy.diff(total, symbol)) for symbol in by]
    seconds = perf_counter() - start
    assert len(texts) == size**2 + KERNEL**2
    return seconds


def in_symengine(size: int) -> list[str]:
    """The gradients by symengine, in its own text."""
    import symengine

    total, by = loss(size, symengine)
    return [str(symengine.diff(total, symbol)) for symbol in by]


def in_casadi(size: int, *, by_arrays: bool = False) -> list[str]:
    """The gradients by CasADi's reverse mode, in its own text, with the building of its graph from Python.

    ``by_arrays`` builds the graph with one product for each entry of the kernel, as an expert would.
    """
    import casadi

    if by_arrays:
        a, w, g = (casadi.SX.sym(stems[0][0], len(stems)) for stems in letters(size))
        z = 0
        for n, step in enumerate(steps(size)):
            z += w[n] * a[[corner + step for corner in corners(size)]]
        total = casadi.dot(g, z)
    else:
        images, kernel, upstream = ([casadi.SX.sym(name) for name in stems] for stems in letters(size))
        total = 0
        for each, corner in zip(upstream, corners(size), strict=True):
            z = 0
            for step, weight in zip(steps(size), kernel, strict=True):
                z += images[corner + step] * weight
            total += each * z
        a, w = casadi.vertcat(*images), casadi.vertcat(*kernel)
    gradient = casadi.gradient(total, casadi.vertcat(w, a))
    return [str(gradient[n]) for n in range(gradient.shape[0])]


def convolution_in_torch(values: Mapping[str, Any]) -> dict[str, Any]:
    """The article's network: forward, and backward from the upstream given."""
    import torch

    a = torch.from_numpy(values["a"]).requires_grad_()
    w = torch.from_numpy(values["w"]).requires_grad_()
    batched = a.ndim == 3
    images = a[:, None] if batched else a[None, None]
    z = torch.conv2d(images, w[None, None], stride=STRIDE)
    z = z[:, 0] if batched else z[0, 0]
    z.backward(torch.from_numpy(values["dL_dz"]))
    return {"z": z.detach().numpy(), "dL_dw": w.grad.numpy(), "dL_da": a.grad.numpy()}


def perceptron_in_torch(values: Mapping[str, Any]) -> dict[str, Any]:
    """linear, tanh, linear and the mean squared error of each sample, and backward from their sum."""
    import torch

    sources = {name: torch.from_numpy(value).requires_grad_(name != "y") for name, value in values.items()}
    linear = torch.nn.functional.linear
    z1 = linear(sources["a0"], sources["w1"], sources["b1"])
    a1 = torch.tanh(z1)
    z2 = linear(a1, sources["w2"], sources["b2"])
    errors = ((z2 - sources["y"]) ** 2).mean(-1)
    errors.sum().backward()
    forward = {"z1": z1, "a1": a1, "z2": z2, "L": errors}
    gradients = {f"dL_d{name}": s.grad.numpy() for name, s in sources.items() if s.grad is not None}
    return {name: tensor.detach().numpy() for name, tensor in forward.items()} | gradients
