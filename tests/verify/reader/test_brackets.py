"""What the table cases/brackets.txt says."""

from reading import cases, reading

from symgrad.verify.reader import read, show


@cases("brackets")
def test_a_formula_is_read_as_its_tree(formula, expected):
    assert reading(formula) == expected


def test_what_a_repair_puts_in_place_reads_as_the_repaired_text():
    text = r"a = b (c + \frac{d}{e"
    (statement,) = read(text)
    for repair in reversed(statement.repairs):  # several at one place stand in their order
        text = text[: repair.span[0]] + repair.replacement + text[repair.span[1] :]
    (mended,) = read(text)
    assert not mended.repairs
    assert [show(member) for member in mended.members] == [show(member) for member in statement.members]
