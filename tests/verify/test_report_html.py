"""The table that a notebook shows: nothing of the document is taken as markup."""

from __future__ import annotations

from html.parser import HTMLParser

from golden.claims import article, sheet

from symgrad.verify.report_html import render_html

ALLOWED = {"table", "thead", "tbody", "tr", "th", "td", "code", "br", "p", "span"}


class Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.text = set(), ""

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)

    def handle_data(self, data):
        self.text += data


def read(document, claims):
    reader = Reader()
    reader.feed("".join(render_html(document, claims)))
    assert reader.tags <= ALLOWED
    return reader.text


def test_the_table_says_what_is_wrong_and_what_is_right():
    text = read(*article())
    assert "the sign of a_3 ∂L/∂z_2 should be +" in text
    assert "corrected: z_4 &= a_{20}w_6 + a_{23}w_7 + a_{24}w_8 + a_{25}w_9" in text
    assert text.endswith("3 claims: 1 right, 2 wrong")


def test_markup_in_a_document_is_text():
    latex = "a = <script>alert(1)</script>\x1b &amp;"
    finding = ("other", latex, latex, latex, "a")
    said = {"findings": [finding], "corrected": latex, "repairs": (latex,)}
    document, made = sheet(f"${latex}$", {"latex": latex, "verdict": "wrong", **said})
    text = read(document, made)
    assert text.count("<script>") == 4
    assert "\\u001b &amp;" in text
    assert "$" not in "".join(render_html(document, made)).replace("<span>$</span>", "")


def test_a_long_table_is_cut():
    text = "$a = b$\n" * 600
    assert "and 100 more" in read(*sheet(text, *({"latex": "a = b", "passage": n} for n in range(600))))
