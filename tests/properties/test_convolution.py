"""conv2d against loops over integers that share no code with it: the same products, in the reader's order."""

from __future__ import annotations

from collections import defaultdict
from itertools import product
from random import Random

import pytest
from oracles.dual import box
from oracles.unrolled import Geometry, triples

from symgrad.algebra.count import count_terms
from symgrad.algebra.program import Equation
from symgrad.algebra.unroll import distinct, layouts
from symgrad.derivation.sweep import sweep
from symgrad.network.build import build

ROLES = {"z": 0, "dL_dz": 0, "a": 1, "w": 2}


def unrolled(eq: Equation) -> dict[int, list[tuple[int, ...]]]:
    """For each entry of the target its products, each the positions in (z, a, w) that it has, in order."""
    laid = layouts(eq.body, eq.axes)
    found: dict[int, list[tuple[int, ...]]] = defaultdict(list)
    for number, place in enumerate(box(eq.axes)):
        for layout in laid:
            assert layout.coefficient == 1
            names = [site.entry.tensor.name for site in layout.sites]
            assert all(site.exponent == 1 for site in layout.sites)
            order = sorted(range(len(names)), key=lambda n: ROLES.get(names[n], 3))
            found[number] += [tuple(point[n] for n in order) for point in layout.points(place)]
    return found


def differences(g: Geometry) -> list[str]:
    """What the derivation and the loops disagree on; the bias is looked at alone."""
    z, w, a, b = (defaultdict(list) for _ in range(4))
    bias = {n: (n // (g.windows[0] * g.windows[1]),) for n in range(g.outputs * g.windows[0] * g.windows[1])}
    for zn, an, wn in triples(g):
        z[zn].append((an, wn))
        w[wn].append((zn, an))
        a[an].append((zn, wn))
    for zn, (o,) in bias.items():
        z[zn].append((o,))
        b[o].append((zn,))
    model = build(g.text)
    gradients = sweep(model.forward, model.outputs, None, model.tensors)
    truth = {"z": z, "dL_dw": w, "dL_da": a, "dL_db": b}
    equations = {eq.target.name: eq for eq in (*model.forward.equations, *gradients.program.equations)}
    wrong = [] if equations.keys() == truth.keys() else [f"the tensors are {sorted(equations)}"]
    for name, eq in equations.items():
        found = {n: products for n, products in unrolled(eq).items() if products}
        if found != truth[name]:
            wrong.append(f"{name} differs")
        if count_terms(eq.body, eq.axes) != sum(map(len, truth[name].values())):
            wrong.append(f"{name} is counted wrong")
        if not distinct(eq.body):
            wrong.append(f"{name} is said to repeat itself")
    return [f"{g.text}: {what}" for what in wrong]


def random_geometry(rng: Random) -> Geometry:
    """Stride, padding and dilation up to 4, kernels and images not square, channels, groups, planes."""
    groups, members = rng.choice([(1, 1), (1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (3, 1)])
    plane = groups == members == 1 and rng.random() < 0.6
    outputs = groups * rng.choice([1, 1, 2])
    kernel, stride, dilation = ((rng.randint(1, 4), rng.randint(1, 4)) for _ in range(3))
    padding = rng.randint(0, 4), rng.randint(0, 4)
    image = tuple(
        max(1, d * (k - 1) + 1 - 2 * p) + rng.choice([0, 0, 1, 2, 3, 5])
        for k, p, d in zip(kernel, padding, dilation, strict=True)
    )
    channels = None if plane else groups * members
    return Geometry(channels, image, outputs, kernel, stride, padding, dilation, groups)


@pytest.mark.parametrize("seed", range(10))
def test_random_geometries_unroll_to_what_loops_give(seed):
    rng = Random(seed)
    assert [d for _ in range(50) for d in differences(random_geometry(rng))] == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 190))
def test_4500_more_random_geometries_unroll_to_what_loops_give(seed):
    rng = Random(seed)
    assert [d for _ in range(50) for d in differences(random_geometry(rng))] == []


def lines(stride: int):
    """Every padding, dilation and kernel up to 4 in one dimension, on the smallest images and larger ones."""
    for padding, dilation, kernel in product(range(5), range(1, 5), range(1, 5)):
        smallest = max(1, dilation * (kernel - 1) + 1 - 2 * padding)
        for size in (smallest, smallest + 1, smallest + 2, smallest + 5):
            yield size, kernel, stride, padding, dilation


@pytest.mark.parametrize("stride", range(1, 5))
def test_every_combination_in_one_dimension_unrolls_to_what_loops_give(stride):
    wrong: list[str] = []
    for size, kernel, s, padding, dilation in lines(stride):
        wrong += differences(Geometry(None, (1, size), 1, (1, kernel), (1, s), (0, padding), (1, dilation)))
        wrong += differences(Geometry(None, (size, 1), 1, (kernel, 1), (s, 1), (padding, 0), (dilation, 1)))
    assert wrong == []


EDGES = {
    "the kernel is the image": Geometry(None, (3, 4), 1, (3, 4)),
    "one pixel": Geometry(None, (1, 1), 1, (1, 1)),
    "one pixel in a wide border": Geometry(2, (1, 1), 3, (3, 3), padding=(1, 1)),
    "a stride beyond the image": Geometry(None, (3, 3), 1, (2, 2), stride=(7, 9)),
    "depthwise": Geometry(3, (4, 3), 3, (2, 2), groups=3),
    "depthwise with a multiplier": Geometry(3, (4, 3), 6, (2, 2), groups=3),
    "a border wider than the kernel": Geometry(None, (2, 2), 1, (2, 2), padding=(4, 4), stride=(3, 3)),
    "one channel said aloud": Geometry(1, (3, 3), 1, (2, 2)),
    "a plane with several outputs": Geometry(None, (3, 3), 2, (2, 2)),
    "dilated over the border": Geometry(None, (3, 3), 1, (3, 3), padding=(3, 3), dilation=(4, 4)),
    "a row": Geometry(4, (1, 9), 2, (1, 3), stride=(1, 2), groups=2),
}


@pytest.mark.parametrize("g", EDGES.values(), ids=EDGES)
def test_geometries_at_the_edge_unroll_to_what_loops_give(g):
    assert differences(g) == []
