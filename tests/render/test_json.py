"""The JSON renderer: the schema, key by key, and expressions that evaluate."""

import ast
import json
import math
from itertools import pairwise

import pytest

from symgrad.derivation.derive import derive, document
from symgrad.network.build import build
from symgrad.render.json import render_json

NETWORKS = [
    "input(5x5) | conv2d(1, 3, stride=2, bias=false)",
    "input(2x4x4) | conv2d(2, 3, padding=1) | relu | flatten | linear(2) | sigmoid | mse(half)",
    "input(3) | activation(f) | tanh | mse(sum)",
]
VIEWS = ["scalar", "chain", "index"]


def rendered(network, view):
    return json.loads("".join(render_json(document(derive(build(network)), view))))


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("network", NETWORKS)
def test_the_schema_is_kept_key_by_key(network, view):
    whole = rendered(network, view)
    assert list(whole) == ["schema", "network", "view", "conventions", "symbols", "equations"]
    assert (whole["schema"], whole["view"]) == ("symgrad/1", view)
    assert all(isinstance(sentence, str) for sentence in whole["conventions"])
    for name, place in whole["symbols"].items():
        assert name.isidentifier()
        assert list(place) == ["tensor", "index"]
        assert all(isinstance(n, int) and n >= 1 for n in place["index"])
    for equation in whole["equations"]:
        assert list(equation) == ["kind", "target", "text", "latex", "expression"]
        assert equation["kind"] in ("forward", "gradient")
        assert (equation["expression"] is None) == (view == "index")


@pytest.mark.parametrize("view", ["scalar", "chain"])
@pytest.mark.parametrize("network", NETWORKS)
def test_equations_stand_in_order_of_evaluation_and_evaluate_with_math_alone(network, view):
    whole = rendered(network, view)
    targets = [equation["target"] for equation in whole["equations"]]
    assert len(set(targets)) == len(targets)
    known = {name: 0.25 + 0.01 * n for n, name in enumerate(whole["symbols"]) if name not in targets}
    functions = {**vars(math), "f": math.sin, "df": math.cos, "max": max, "abs": abs}
    for equation in whole["equations"]:
        tree = ast.parse(equation["expression"], mode="eval")
        read = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} - set(functions)
        assert read <= set(known), equation["target"]
        assert equation["target"] in whole["symbols"]
        known[equation["target"]] = eval(  # noqa: S307  # our own output, names checked above
            compile(tree, "expression", "eval"), {"__builtins__": {}}, functions | known
        )
    assert all(math.isfinite(value) for value in known.values())


def test_the_gradient_of_the_article_is_the_python_expression_of_the_issue():
    whole = rendered(NETWORKS[0], "scalar")
    by_target = {equation["target"]: equation for equation in whole["equations"]}
    assert by_target["dL_dw1"]["expression"] == "a1*dL_dz1 + a3*dL_dz2 + a11*dL_dz3 + a13*dL_dz4"
    assert by_target["dL_dw1"]["text"] == "∂L/∂w1 = a1·∂L/∂z1 + a3·∂L/∂z2 + a11·∂L/∂z3 + a13·∂L/∂z4"
    assert whole["symbols"]["dL_dz4"] == {"tensor": "dL_dz", "index": [2, 2]}
    assert whole["symbols"]["dL_dw9"] == {"tensor": "dL_dw", "index": [3, 3]}


def test_pieces_come_one_by_one():
    pieces = list(render_json(document(derive(build(NETWORKS[0])), "scalar")))
    assert len(pieces) > 38
    assert all(a or b for a, b in pairwise(pieces))


def test_the_steps_of_every_gradient_are_there_when_asked_for():
    asked = document(derive(build(NETWORKS[0])), "scalar", steps=True)
    whole = json.loads("".join(render_json(asked)))
    assert list(whole)[-1] == "steps"
    assert [explained["target"] for explained in whole["steps"]] == ["dL_dw", "dL_da"]
    for explained in whole["steps"]:
        assert list(explained) == ["target", "ranges", "lines", "notes"]
        assert all(list(line) == ["text", "latex", "reason"] for line in explained["lines"])
    kernel, image = whole["steps"]
    assert kernel["ranges"] == [["u", "2"], ["v", "2"]]
    assert kernel["lines"][-1]["reason"] == "only u' = u and v' = v are left of the sums"
    assert len(image["notes"]) == 2
