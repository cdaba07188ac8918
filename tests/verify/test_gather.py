"""What becomes a declaration, a range, a definition, a fact, a template or a claim."""

from __future__ import annotations

import pytest
from judging import gathered, prose, sheet, verdicts

GRADIENT = r"\frac{\partial L}{\partial b} = \frac{\partial L}{\partial z}"


def kinds(text):
    return [assertion.kind for assertion in gathered(text).assertions]


@pytest.mark.parametrize(
    ("formulas", "expected"),
    [
        (["z = W x + b"], []),
        (["z = W x + b", GRADIENT], ["chain"]),
        (["z = W x + b", "z = W x"], ["chain"]),
        (["a = b = c"], ["chain"]),
        ([r"\nabla_W L = \delta x^\top"], ["chain"]),
        ([r"W \in \mathbb{R}^{2 \times 3}", r"dW = \delta x^\top"], ["chain"]),
        ([r"\sigma(x) = \frac{1}{1 + e^{-x}}"], []),
        ([r"\sigma(x) = \frac{1}{1 + e^{-x}}", r"\sigma'(x) = \sigma(x)(1 - \sigma(x))"], ["chain"]),
        ([r"W = W - \eta \frac{\partial L}{\partial W}"], ["update"]),
        ([r"W \leftarrow W - \eta \frac{\partial L}{\partial W}"], ["update"]),
        ([r"W := W - \eta \frac{\partial L}{\partial W}"], ["update"]),
        (["L = L(a)"], []),
        ([r"C = C(a^{L})"], []),
        ([r"x \in \mathbb{R}^3", r"x > 0", "i = 1, \\dots, n"], []),
        ([r"\sum_k y_k = 1"], []),
        ([r"\frac{1}{"], ["unreadable"]),
        (["x"], []),
    ],
)
def test_without_comments_the_first_equation_defines_and_what_follows_is_a_claim(formulas, expected):
    assert kinds(prose(*formulas)) == expected


@pytest.mark.parametrize(
    ("comment", "assertions", "definitions"),
    [("given", 0, {"z"}), ("claim", 1, {"z"}), ("ignore", 0, {"z"})],
)
def test_comments_overrule_what_an_equation_would_be(comment, assertions, definitions):
    text = f"$$z = W x$$\n\n<!-- symgrad: {comment} -->\n\n$$z = x$$\n"
    found = gathered(text)
    assert len(found.assertions) == assertions
    assert set(found.context.definitions) == definitions


def test_what_is_ignored_defines_nothing():
    assert gathered("<!-- symgrad: ignore -->\n\n$$u = 3$$\n").context.definitions == {}


@pytest.mark.parametrize(
    ("formula", "letters", "first", "last"),
    [
        (r"i = 1, \dots, n", "i", "1", "n"),
        (r"i = 0, \ldots, 4", "i", "0", "4"),
        (r"i, j = 1, \dots, 3", "ij", "1", "3"),
        (r"1 \le i \le n", "i", "1", "n"),
        (r"i \in \{1, \dots, n\}", "i", "1", "n"),
    ],
)
def test_ranges(formula, letters, first, last):
    ranges = gathered(prose(formula)).context.ranges
    assert set(ranges) == set(letters)
    for stated in ranges.values():
        ends = [getattr(node, "letter", None) or str(node.value) for node in (stated.first, stated.last)]
        assert ends == [first, last]


def test_an_index_in_a_set_runs_over_its_members():
    context = gathered(
        prose(r"i \in \mathcal{B}", r"L = \frac{1}{|\mathcal{B}|} \sum_{i \in \mathcal{B}} l_i")
    ).context
    assert context.sets == {"cal:B"}
    assert context.ranges["i"].members == "cal:B"


@pytest.mark.parametrize(
    ("formula", "rank", "labels"),
    [
        (r"x \in \mathbb{R}", 0, 0),
        (r"x \in \mathbb{R}^n", 1, 0),
        (r"x \in \mathbb{R}^{m \times n}", 2, 0),
        (r"x^{(l)} \in \mathbb{R}^{m \times n}", 2, 1),
        (r"x^{[l]} \in \mathbb{R}^{n_l}", 1, 1),
        (r"x_i \in \mathbb{R}^n", 2, 0),
        (r"x \in \mathbb{R}^{C \times H \times W}", 3, 0),
    ],
)
def test_declarations_have_axes_and_labels(formula, rank, labels):
    context = gathered(prose(formula)).context
    (declaration,) = context.declarations["x"]
    assert context.rank("x") == rank
    assert len(declaration.labels) == labels


def test_several_names_are_declared_at_once():
    context = gathered(prose(r"x, y, \hat{y} \in \mathbb{R}^n")).context
    assert set(context.declarations) == {"x", "y", "hat:y"}
    assert set(context.sizes) == {"n"}


@pytest.mark.parametrize(
    ("formula", "sign"),
    [
        ("x > 0", "positive"),
        ("0 < x", "positive"),
        (r"x \geq 0", "nonnegative"),
        (r"x \ge 1", "positive"),
        (r"x \in (0, 1)", "positive"),
        (r"x \neq 0", "nonzero"),
        ("x < 0", "negative"),
        (r"0 \geq x", "nonpositive"),
        (r"x \leq -1", "negative"),
        (r"w, x \geq 0", "nonnegative"),
        (r"w, x \neq 0", "nonzero"),
        (r"x \leq 1", None),
        (r"x \geq -1", None),
    ],
)
def test_hypotheses_say_what_is_known_of_a_sign(formula, sign):
    assert gathered(sheet(given=[formula])).context.signs.get("x") == sign


@pytest.mark.parametrize(
    ("hypothesis", "verdict"),
    [((), "wrong"), (("x > 0",), "right"), ((r"x \geq 0",), "right"), (("y > 0",), "wrong")],
)
def test_a_sign_decides_what_holds_only_with_it(hypothesis, verdict):
    given = [r"x, y \in \mathbb{R}", r"z = |x|", *hypothesis]
    assert verdicts(sheet("z = x", given=given)) == [verdict]


@pytest.mark.parametrize(
    ("hypothesis", "verdict"),
    [((), "wrong"), ((r"\sum_{k=1}^3 y_k = 1",), "right"), (("y_1 + y_2 + y_3 = 1",), "right")],
)
def test_hypotheses_are_used(hypothesis, verdict):
    given = [r"y, z \in \mathbb{R}^3", *hypothesis, r"L = \sum_{k=1}^3 y_k (z_1 - z_k)"]
    claim = r"L = z_1 - \sum_{k=1}^3 y_k z_k"
    assert verdicts(sheet(claim, given=given)) == [verdict]


def test_a_sum_that_is_defined_is_no_hypothesis():
    assert kinds(prose("p_k = 2", r"\sum_k p_k = 1")) == ["chain"]


@pytest.mark.parametrize(
    ("given", "placeholder", "arrow"),
    [
        (r"\theta \leftarrow \theta - \eta \frac{\partial L}{\partial \theta}", "θ", "←"),
        (r"f(x) \to \frac{\partial f}{\partial x}", "f", "→"),
    ],
)
def test_templates_are_given(given, placeholder, arrow):
    (template,) = gathered(sheet(given=[given])).context.templates
    assert (template.placeholder, template.arrow) == (placeholder, arrow)


@pytest.mark.parametrize(
    ("condition", "count"),
    [
        (r", \quad i \neq j", 1),
        (r" \qquad (i \neq j)", 1),
        ("", 0),
    ],
)
def test_a_condition_beside_a_claim_belongs_to_it(condition, count):
    claim = r"\frac{\partial p_i}{\partial z_j} = -p_i p_j" + condition
    (assertion,) = gathered(prose(claim)).assertions
    assert len(assertion.conditions) == count


SOFTMAX = (r"z \in \mathbb{R}^3", r"p_i = \frac{e^{z_i}}{\sum_{k=1}^3 e^{z_k}}", r"i, j = 1, \dots, 3")


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        (r"\frac{\partial p_i}{\partial z_j} = -p_i p_j, \quad i \neq j", "right"),
        (r"\frac{\partial p_i}{\partial z_j} = p_i (1 - p_i), \quad i = j", "right"),
        (r"\frac{\partial p_i}{\partial z_j} = -p_i p_j", "wrong"),
        (r"\frac{\partial p_i}{\partial z_j} = p_i (1 - p_i), \quad i \neq j", "wrong"),
        (r"\frac{\partial p_i}{\partial z_j} = p_i (1_{i=j} - p_j)", "right"),
        (r"\frac{\partial p_i}{\partial z_j} = p_i (\delta_{ij} - p_j)", "right"),
        (
            r"\nabla_{z_j} p_i = \begin{cases} p_i (1 - p_i) & i = j \\ -p_i p_j & i \neq j \end{cases}",
            "right",
        ),
    ],
)
def test_a_claim_with_a_condition_is_judged_where_it_holds(claim, verdict):
    assert verdicts(sheet(claim, given=SOFTMAX)) == [verdict]


def test_an_equation_that_begins_with_its_sign_goes_on_from_the_one_before():
    text = prose("z = W x", r"\frac{\partial L}{\partial x} = 1", r"= W^\top \delta")
    assertions = gathered(text).assertions
    assert [a.anchor is not None for a in assertions] == [False, True]
    assert [len(a.members) for a in assertions] == [2, 1]


def test_a_quantity_between_words_that_cannot_be_read_is_no_claim():
    assert kinds("The matrix $a^$ is small.\n\n$$z = W x$$\n") == []


def test_a_general_equation_makes_the_entry_a_claim():
    given = [r"W \in \mathbb{R}^{2 \times 2}", r"x \in \mathbb{R}^2", "z = W x"]
    assert verdicts(sheet("z_1 = W_{11} x_1 + W_{12} x_2", "z_2 = W_{12} x_1 + W_{22} x_2", given=given)) == [
        "right",
        "wrong",
    ]


@pytest.mark.parametrize(
    "formula", [r"y = \sum_{i=0}^{n-1} w_i x_i", r"y_i = w_i x_i, \quad i = 0, \dots, n-1"]
)
def test_positions_count_from_0_where_a_sum_or_a_range_over_an_axis_does(formula):
    given = [r"w, x, y \in \mathbb{R}^n", formula]
    assert gathered(sheet(given=given)).context.base == 0
    assert gathered(sheet(given=[given[0], formula.replace("0", "1").replace("n-1", "n")])).context.base == 1


def test_layers_that_count_from_0_say_nothing_of_positions():
    given = [r"l = 0, \dots, 2", r"a^{[l]} \in \mathbb{R}^3", r"a^{[l]} = \tanh(a^{[l-1]})"]
    assert gathered(sheet(given=given)).context.base == 1


def test_y_in_a_finite_set_is_one_of_its_numbers():
    context = gathered(sheet(given=[r"y_i \in \{1, \dots, K\}"])).context
    assert "y" in context.choices
    assert "y" not in context.declarations
