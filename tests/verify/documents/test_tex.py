import pytest

from symgrad.verify.documents.pieces import Found, Mark
from symgrad.verify.documents.tex import ENVIRONMENTS, scan


def found(text):
    return [text[item.start : item.stop].strip() for item in scan(text) if isinstance(item, Found)]


@pytest.mark.parametrize("environment", sorted(ENVIRONMENTS))
def test_every_environment_is_found_without_its_delimiters(environment):
    argument = {"alignat": "{2}", "xalignat": "{2}", "alignedat": "[t]{2}", "IEEEeqnarray": "{rCl}"}
    given = argument.get(environment.rstrip("*"), "")
    text = f"x \\begin{{{environment}}}{given} a &= b \\end{{{environment}}} $c$"
    assert found(text) == ["a &= b", "c"]
    first = next(iter(scan(text)))
    assert (first.environment, first.unclosed) == (environment, False)
    assert first.display == ("inline" if environment.startswith("math") else "display")


@pytest.mark.parametrize(
    ("text", "formulas"),
    [
        ("\\[ a \\] $$b$$ $c$ \\(d\\)", ["a", "b", "c", "d"]),
        ("\\begin{equation}\\begin{split}a\\end{split}\\end{equation}", ["\\begin{split}a\\end{split}"]),
        ("\\begin{align}a % \\end{align}\n\\end{align}", ["a % \\end{align}"]),
        ("% $a$\n$b$", ["b"]),
        ("50\\% of $a$", ["a"]),
        ("\\$5 and $ a $", ["a"]),
        ("a \\\\[2pt] b $c$", ["c"]),
        ("$a \\\\[2pt] b$", ["a \\\\[2pt] b"]),
        ("\\[ a \\\\[2pt] b \\]", ["a \\\\[2pt] b"]),
        ("$a\n\n$b$", ["a", "b"]),
        ("$z \\text{ if $y$}$ $w$", ["z \\text{ if $y$}", "w"]),
        ("\\begin{verbatim}$a$\\end{verbatim}$b$", ["b"]),
        ("\\begin{lstlisting}[x]\n$a$\n\\end{lstlisting}$b$", ["b"]),
        ("\\begin{comment}$a$", []),
        ("\\verb|$a$| $b$ \\lstinline!$c! \\verb*+$+ $d$", ["b", "d"]),
        ("\\iffalse $a$ \\fi $b$", ["b"]),
        ("$p$\\begin{document}$a$\\end{document}$b$", ["a"]),
        ("%\\begin{document}\n$a$", ["a"]),
        ("\\[ x", ["x"]),
        ("", []),
        ("\\", []),
        ("$", [""]),
    ],
)
def test_where_mathematics_stands(text, formulas):
    assert found(text) == formulas


def test_marks_in_the_preamble_and_inside_a_formula_hold_for_what_follows():
    text = "% symgrad: given\n\\begin{document}$a$\n\\[ b % symgrad: claim\n c \\]\n"
    text += "%symgrad:end\n\\end{document}"
    assert [item.word if isinstance(item, Mark) else "$" for item in scan(text)] == [
        "given", "$", "$", "claim", "end",
    ]  # fmt: skip
