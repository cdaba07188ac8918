"""The text report: a line for each claim, what is wrong with it, and where."""

from __future__ import annotations

import re

import pytest
from golden.claims import article, claim, sheet

from symgrad.verify.claims import Member, Witness
from symgrad.verify.passages import find
from symgrad.verify.report import NO_CLAIMS, Style, findings_told, render_report


def reported(document, claims, **style):
    return "".join(render_report(document, claims, Style(**style)))


def test_the_article_is_reported_so_that_it_can_be_mended():
    assert reported(*article()) == (
        "line 3, column 17  z_3      right\n"
        "line 3, column 37  z_4      wrong: a_{22}w_8 should be a_{24}w_8\n"
        "    also: a_{23}w_9 should be a_{25}w_9\n"
        "    …_1 \\\\ z_4 &= a_{20}w_6 + a_{23}w_7 + a_{22}w_8 + a_{23}w_9 \\end{split}$$\n"
        "                                          ^^^^^^^^^   ^^^^^^^^^\n"
        "line 7             ∂L/∂w_1  wrong: the sign of a_3 ∂L/∂z_2 should be +\n"
        "    line 8:   - a_3 \\frac{\\partial L}{\\partial z_2}\n"
        "              ^^^^^\n"
        "assumed: a is 5×5\n"
        "assumed: L is not known (line 7)\n"
        "3 claims: 1 right, 2 wrong\n"
    )


def one(latex, verdict="wrong", text=None, style=None, **fields):
    made = {"latex": latex, "verdict": verdict, **fields}
    return reported(*sheet(text or f"${latex}$", made), **style or {})


def extra(term, where=None):
    return ("extra-term", term, "", f"{term} does not belong here", where or term)


def test_many_findings_of_a_kind_are_one_sentence_that_counts_them():
    terms = ["b", "c", "d", "e", "f", "g", "h"]
    latex = "a = " + " + ".join(terms)
    told = one(latex, findings=[extra(term) for term in [*terms, "b"]])
    assert "wrong: 8 terms do not belong here: b (2 times), c, d, e, f, and 2 more\n" in told
    assert told.splitlines()[2].strip() == "^   ^   ^   ^   ^   ^   ^"
    assert "and 2 more" not in one(latex, findings=[extra(term) for term in terms[:5]])
    assert "do not belong here" not in one(latex, findings=[extra(term) for term in terms[:3]])


def test_the_corrected_formula_is_shown_where_the_findings_do_not_say_what_to_write():
    shape = ("shape", "Wx", "", "W is 2×3 and x has 2 entries", "Wx")
    term = ("wrong-term", "Wx", "xW", "Wx should be xW", "Wx")
    assert "\n    corrected: z = xW\n" in one("z = Wx", findings=[shape], corrected="z = xW")
    assert "corrected" not in one("z = Wx", findings=[term], corrected="z = xW")
    verbose = one("z = Wx", findings=[term], corrected="z =\n xW", style={"verbose": True})
    assert "\n    corrected: z =\n               xW\n" in verbose
    assert "wrong: this is not what follows from the definitions\n" in one("z = Wx", corrected="z = 0")


def test_where_not_every_finding_is_listed_the_corrected_formula_is_shown():
    letters = ["b", "c", "d", "e", "f", "g", "h"]
    latex = "a = " + " + ".join(letters)
    findings = [("wrong-term", b, b.upper(), f"{b} should be {b.upper()}", b) for b in letters]
    told = one(latex, findings=findings, corrected=latex.upper())
    assert "7 terms are wrong: b should be B, " in told
    assert f"\n    corrected: {latex.upper()}\n" in told


def test_a_repair_that_is_a_finding_is_said_once():
    finding = ("truncated", "a", "a}", "read as if } stood there", "a")
    told = one("a", findings=[finding], repairs=("read as if } stood there", "rac for frac"))
    assert told.count("read as if") == 1
    assert "repaired: rac for frac" in told


def test_undecided_and_unreadable_say_why():
    assert "undecided: equal to 50 digits at 12 points" in one(
        "a = b", "undecided", detail="equal to 50 digits at 12 points"
    )
    told = one("W = \\eta rac{a}{b}", "unreadable", detail="rac{ is no command", repairs=("\\frac for rac",))
    assert "unreadable: rac{ is no command\n" in told
    assert "    repaired: \\frac for rac\n" in told
    assert "^" in told


def test_what_is_said_twice_is_printed_once():
    finding = ("garbled", "а3", "a3", "а3 is Cyrillic", "а3")
    told = one("z = а3 + b", "unreadable", detail="а3 is Cyrillic", findings=[finding])
    assert told.startswith("line 1  z  unreadable: а3 is Cyrillic\n")
    assert told.count("Cyrillic") == 1
    assert told.splitlines()[2].strip() == "^^"


def test_remarks_and_notes_make_nothing_wrong():
    remark = ("duplicate", "", "", "the same as line 12", "a")
    letter = ("notation", "а", "a", "the letter is Cyrillic", "b")
    told = one("a = b", "right", findings=[letter, remark])
    assert "a  right; note: the letter is Cyrillic\n" in told
    assert "    note: the same as line 12\n" in told
    assert "1 claim: 1 right\n" in told


def test_what_was_not_proved_is_not_called_so():
    assert "right (by agreement at points, not proved)" in one("a = b", "right", reached="agreed")
    assert "right (proved)" in one("a = b", "right", style={"verbose": True})


def test_verbose_says_how_each_verdict_was_reached():
    text = "$a = b = c$"
    document = find(text)
    witness = Witness((("b", "1/2"), ("c", "2")), "5", "7", "i = 1")
    members = (Member((4, 5), "right", "proved"), Member((8, 9), "wrong", "refuted"))
    made = claim(document, "a = b = c", "wrong", witness=witness, members=members)
    told = reported(document, (made,), verbose=True)
    assert "    refuted: for i = 1, at b = 1/2, c = 2 the claim gives 5, and 7 is true\n" in told
    assert "    member 1 (line 1, column 6): right (proved)\n" in told
    assert "    member 2 (line 1, column 10): wrong (refuted)\n" in told
    assert "member" not in reported(document, (made,))


def test_a_document_without_claims_says_what_one_is():
    told = reported(find("$a = b$"), ())
    assert NO_CLAIMS in told
    assert told.endswith("\nno claims\n")


def test_assumptions_of_some_claims_say_of_which():
    text = "$a = b$\n" * 9
    assumed = [("all", "some") if n % 2 else ("all",) for n in range(9)]
    made = [{"latex": "a = b", "passage": n, "assumptions": each} for n, each in enumerate(assumed)]
    told = reported(*sheet(text, *made))
    assert told.count("assumed: all\n") == 1
    assert "assumed: some (line 2; line 4; line 6; and 1 more)\n" in told
    many = [{**each, "assumptions": (f"number {n}", f"letter {n}")} for n, each in enumerate(made)]
    assert "assumed: 6 more; --verbose lists them\n" in reported(*sheet(text, *many))
    assert "letter 8" in reported(*sheet(text, *many), verbose=True)


@pytest.mark.parametrize("verbose", [False, True])
def test_without_unicode_it_is_ascii_and_the_carets_stand_where_they_should(verbose):
    told = reported(*article(witness=Witness((("β", "∂"),), "1", "2", "")), unicode=False, verbose=verbose)
    assert told.isascii()
    lines = told.splitlines()
    carets = next(n for n, line in enumerate(lines) if set(line) == {" ", "^"})
    spans = [found.span() for found in re.finditer(r"\^+", lines[carets])]
    marked = [lines[carets - 1][start:stop] for start, stop in spans]
    assert marked == ["a_{22}w_8", "a_{23}w_9"]


def test_colours_change_nothing_but_colours():
    coloured = reported(*article(), colour=True)
    assert "\x1b[32mright\x1b[0m" in coloured
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == reported(*article())


HOSTILE = "a\x1b[2J\u202e\x07 = \x9b31m"


@pytest.mark.parametrize("unicode", [False, True])
def test_nothing_of_the_document_can_steer_the_terminal(unicode):
    finding = ("other", HOSTILE, HOSTILE, HOSTILE, "a")
    fields = {
        "findings": [finding] * 5, "detail": HOSTILE, "corrected": HOSTILE, "repairs": (HOSTILE,),
        "assumptions": (HOSTILE,), "witness": Witness(((HOSTILE, HOSTILE),), HOSTILE, HOSTILE, HOSTILE),
    }  # fmt: skip
    for verdict in ("right", "wrong", "undecided", "unreadable"):
        told = one(HOSTILE, verdict, style={"verbose": True, "unicode": unicode}, **fields)
        assert all(sign.isprintable() for sign in told.replace("\n", ""))
        assert "\\u001b" in told


def test_long_sentences_are_cut_unless_all_is_wanted():
    fields = {"detail": "x" * 5_000}
    assert max(map(len, one("a = b", "undecided", **fields).splitlines())) < 500
    assert "x" * 5_000 in one("a = b", "undecided", style={"verbose": True}, **fields)


def test_plain_text_is_shown_as_it_was_written():
    document = find("L = (w*x - y)^2\ndL/dw_{1} = 2*x\n", "text")
    made = claim(document, "dL/dw_{1} = 2*x", "right")
    assert "dL/dw_{1}  right" in reported(document, (made,))


def test_what_the_report_says_can_be_had_alone():
    document, claims = article()
    assert findings_told(document, claims[2]) == ["the sign of a_3 ∂L/∂z_2 should be +"]
