import pytest

from symgrad.verify.documents.markdown import scan
from symgrad.verify.documents.pieces import Found, Mark


def found(text):
    return [text[item.start : item.stop].strip() for item in scan(text) if isinstance(item, Found)]


@pytest.mark.parametrize(
    ("text", "formulas"),
    [
        ("$$a=b$$", ["a=b"]),
        ("text $$a=b$$ text $$c$$", ["a=b", "c"]),
        ("$$\na\n\nb\n$$\n", ["a\n\nb"]),
        ("$$\na \\$$ b\n$$\n", ["a \\$$ b"]),
        ("$$a \\\\$$ $b$", ["a \\\\", "b"]),
        ("$a$, $b$ and $c$.", ["a", "b", "c"]),
        ("$a$$b$", ["a", "b"]),
        ("it is $5 and $6", []),
        ("from $20,000 to $30,000 is", []),
        ("$5 or $x^2$", ["x^2"]),
        ("US$5, A$6$", []),
        ("$ a $ and $b $", []),
        ("$a\n b$", ["a\n b"]),
        ("$a\n\nb$", []),
        ("\\$a$ $b$", ["b"]),
        ("$a \\$ b$", ["a \\$ b"]),
        ("$z = 1 \\text{ if $y$ } + b$ c $d$", ["z = 1 \\text{ if $y$ } + b", "d"]),
        ("$\\text{a$ and $b$", ["\\text{a", "b"]),
        ("其中$x$是", ["x"]),
        ("$`a = b`$ and `$c$`", ["a = b"]),
        ("``a ` $b$`` $c$", ["c"]),
        ("`a $b$", ["b"]),
        ("`a\n\n$b$ `", ["b"]),
        ("\\`$a$`", ["a"]),
        ("\\[ a = b \\] and \\( c \\)", ["a = b", "c"]),
        ("\\\\[ a = b \\\\\\\\ c \\\\] and \\\\(d\\\\)", ["a = b \\\\\\\\ c", "d"]),
        ("see \\[1\\] and \\[note\\](x) \\(sic", []),
        ("we get \\[ a = b \\]", ["a = b"]),
        ("\\begin{align*}\na &= b\n\\end{align*} $c$", ["a &= b", "c"]),
        ("\\begin{center}$a$\\end{center}", ["a"]),
        ("```math\na = b\n\nc = d\n```\n$e$", ["a = b\n\nc = d", "e"]),
        ("```latex\na = b\n```", ["a = b"]),
        ("```latex\n\\[ a = b \\]\n% $x$\n$$c$$\n```", ["a = b", "c"]),
        ("```{math}\n:label: eq\na = b\n```", ["a = b"]),
        ("```python\nx = '$a$'\n```\n$b$", ["b"]),
        ("~~~~\n$a$\n~~~\n$b$\n~~~~\n$c$", ["c"]),
        ("- item\n\n  ```math\n  a = b\n  ```\n", ["a = b"]),
        ("```\n$a$", []),
        ("```inline``` $a$", ["a"]),
        ("<!-- $a$ --> $b$ <!-- $c$", ["b"]),
        ("<code>$a$</code> <pre>\n$b$</PRE> $c$ <code>$d$", ["c", "d"]),
        ("para\n\n    echo $HOME $a$\n\n$b$", ["b"]),
        ("- item\n\n    $a$\n", ["a"]),
        ("para\n\n    $$a$$\n", ["a"]),
        ("para\n    $a$\n", ["a"]),
        ("# Title with $a$\n", ["a"]),
        ("| $a$ | b |\n|---|---|\n| c | $d = \\frac{1}{2}$ |\n", ["a", "d = \\frac{1}{2}"]),
        ("$$$a$$$", []),
        ("", []),
        ("$", []),
        ("$$", [""]),
        ("\\", []),
    ],
)
def test_where_mathematics_stands(text, formulas):
    assert found(text) == formulas


@pytest.mark.parametrize(
    ("text", "unclosed"),
    [
        ("$$a\n\nb", True),
        ("$$a$$", False),
        ("\\[ a\n", True),
        ("```math\na\n", True),
        ("\\begin{align}a", True),
    ],
)
def test_a_formula_without_its_end_runs_to_the_end_and_says_so(text, unclosed):
    (item,) = scan(text)
    assert item.unclosed is unclosed
    assert not unclosed or item.stop == len(text)


def test_marks_come_in_order_and_not_from_code():
    text = "<!-- symgrad: given -->\n$a$\n`<!-- symgrad: x -->`\n"
    text += "\n```\n<!-- symgrad: y -->\n```\n<!--symgrad:claim-->"
    assert [item.word if isinstance(item, Mark) else "$" for item in scan(text)] == ["given", "$", "claim"]


def test_a_quotation_has_its_mark_before_each_line():
    (item,) = scan("> > $$\n> > a = b\n> > $$\n")
    assert item.prefix == "> > "
    (item,) = scan("> ```math\n> a = b\n> ```\n")
    assert item.prefix == "> "
