import pytest

from symgrad.verify.documents.grids import grid


def kinds(text):
    found = grid(text, 0)
    return found and [[(cell.kind, cell.text) for cell in row] for row in found.rows]


N, E, S, M, D = "name", "empty", "sign", "math", "number"


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("a1\ta 5\tа3\t\n", [[(N, "a1"), (N, "a 5"), (N, "а3")]]),
        ("a1  a2\na3  a4\n", [[(N, "a1"), (N, "a2")], [(N, "a3"), (N, "a4")]]),
        ("w1*\t\tx\n", [[(N, "w1*"), (E, ""), (N, "x")]]),
        ("w4\t=\t- α x\t$\\frac{a}{b}$", [[(N, "w4"), (S, "="), (S, "- α x"), (M, "\\frac{a}{b}")]]),
        ("<u>∂L</u>\t∂L/∂w1\tdL/dw_{1,2}", [[(N, "∂L"), (N, "∂L/∂w1"), (N, "dL/dw_{1,2}")]]),
        ("x₁\tnet1\tw_11\t0\t-1.5", [[(N, "x₁"), (N, "net1"), (N, "w_11"), (D, "0"), (D, "-1.5")]]),
        ("a  b\n", None),  # one row without tabs
        ("1\t2\n3\t4\n", None),  # no name
        ("Name\tAge\nBob\t12\n", None),
        ("the net  is deep\nand wide  too\n", None),
        ("y = w  x\nz = w  x\n", None),
        ("$ \t$\n", None),
        ("a", None),
        ("", None),
    ],
)
def test_a_row_is_names_formulas_numbers_and_signs(text, rows):
    assert kinds(text) == rows


def test_a_table_ends_at_the_first_line_that_is_no_row_and_its_cells_lie_in_it():
    text = "a1\ta2\t\r\na3\t$x$  \nprose\n"
    found = grid(text, 0)
    assert text[found.start : found.stop] == "a1\ta2\t\r\na3\t$x$"
    for row in found.rows:
        for cell in row:
            assert text[found.start :][cell.start : cell.stop] == cell.text
