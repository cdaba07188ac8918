"""Verdicts on documents whose verdicts are known, as a table: ``python score.py [FILE …] [-v]``.

A document is wrong where a claim of it is, right where all are. Of wrong ones that are decided, a finding has
to have the right kind and to name the right term: what it says is there, or should be, holds the known term,
or lies in it.
"""

from __future__ import annotations

import json
import signal
import sys
from collections import Counter, defaultdict
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
FILES = ("derivations.json", "unseen_scalar_index.json", "unseen_matrix.json")
LONGEST_S = 30
FORMS = ("scalar", "index", "matrix")

# Changes that two words describe equally well; the first is the corpus's.
SAME_KIND = {
    "missing-factor": {"constant-factor", "missing-term", "wrong-term"},
    "constant-factor": {"missing-factor", "extra-term", "wrong-term"},
    "wrong-term": {
        "wrong-index",
        "constant-factor",
        "wrong-function",
        "missing-factor",
        "extra-term",
        "sign",
    },
    "wrong-index": {"wrong-term", "wrong-target", "repeated-term"},
    "wrong-target": {"wrong-index"},
    # Over an index that is left free a sum is missing.
    "free-index": {"wrong-index", "missing-factor"},
    "extra-term": {"repeated-term", "wrong-term"},
    "repeated-term": {"extra-term"},
    "shape": {"transpose", "wrong-term"},
    "transpose": {"shape", "wrong-term"},
    "wrong-function": {"wrong-term", "missing-factor"},
    "garbled": {"truncated", "notation"},
    "truncated": {"garbled"},
    "notation": {"garbled"},
}


class Result(NamedTuple):
    id: str
    form: str
    expected: str
    verdict: str
    kind: bool
    strict: bool
    named: bool
    mended: bool | None
    told: str
    seconds: float


def plain(text: str) -> str:
    for sign in (
        "\\left",
        "\\right",
        "\\,",
        "\\;",
        "\\!",
        "\\quad",
        "\\cdot",
        "\\mathbf",
        "\\boldsymbol",
        "\\mathrm",
        "&",
        "{",
        "}",
        " ",
        "\n",
    ):
        text = text.replace(sign, "")
    return text.replace("\\dfrac", "\\frac").strip("+.,;")


def verdict_of(claims) -> str:
    verdicts = [claim.verdict for claim in claims]
    for verdict in ("wrong", "unreadable", "undecided"):
        if verdict in verdicts:
            return verdict
    return "right" if verdicts else "no claim"


def judge(entry) -> Result:
    signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(LONGEST_S)
    try:
        return _judged(entry)
    finally:
        signal.alarm(0)


def _too_long(number, frame):
    raise TimeoutError(f"more than {LONGEST_S} s")


def _judged(entry) -> Result:
    from symgrad.verify import passages
    from symgrad.verify.judge import judged
    from symgrad.verify.mend import fixed

    start = perf_counter()
    document = passages.find(entry["document"], "markdown")
    claims = judged(document)
    seconds = perf_counter() - start
    verdict = verdict_of(claims)
    found = [f for claim in claims for f in claim.findings if f.kind != "duplicate"]
    wanted = entry["finding"]
    strict = any(f.kind == wanted for f in found)
    kind = strict or any(f.kind in SAME_KIND.get(wanted, ()) for f in found)
    texts = [plain(t) for f in found for t in (f.given, f.expected) if plain(t)]
    terms = [plain(t) for t in entry["wrong_terms"]]
    named = any(term in text or text in term for term in terms for text in texts)
    mended = None
    if verdict == "wrong" and entry["verdict"] == "wrong":
        again = judged(passages.find(fixed(document, claims), "markdown"))
        mended = verdict_of(again) == "right"
    told = "; ".join(
        [f"{f.kind}: {f.message}" for f in found] or [claim.detail for claim in claims if claim.detail]
    )
    return Result(
        entry["id"], entry["form"], entry["verdict"], verdict, kind, strict, named, mended, told, seconds
    )


def documents(names):
    for name in names:
        yield from json.loads((HERE / name).read_text(encoding="utf-8"))["documents"]


def table(results) -> str:
    heads = ["form", "docs", "decided", "false right", "false wrong", "kind", "strict", "named", "mended"]
    lines = [heads]
    groups = defaultdict(list)
    for r in results:
        groups[r.form].append(r)
        groups["all"].append(r)
    for form in (*FORMS, "all"):
        rs = groups[form]
        if not rs:
            continue
        decided = [
            r
            for r in rs
            if r.verdict in ("right", "wrong") or (r.verdict == "unreadable" and r.expected == "wrong")
        ]
        wrong = [r for r in rs if r.expected == "wrong" and r.verdict == "wrong"]
        false_right = sum(r.expected == "wrong" and r.verdict == "right" for r in rs)
        false_wrong = sum(r.expected == "right" and r.verdict == "wrong" for r in rs)
        told = [sum(map(bool, marks)) for marks in zip(*(r[4:8] for r in wrong), strict=True)] or [0] * 4
        shares = [share(len(decided), len(rs)), *(share(count, len(wrong)) for count in told)]
        lines.append([form, str(len(rs)), shares[0], str(false_right), str(false_wrong), *shares[1:]])
    return "\n".join("  ".join(cell.rjust(11) for cell in line) for line in lines)


def share(count, whole) -> str:
    return f"{100 * count / whole:.1f}%" if whole else "-"


def main(arguments) -> None:
    verbose = "-v" in arguments
    names = [a for a in arguments if a.endswith(".json")] or [n for n in FILES if (HERE / n).exists()]
    only = [a for a in arguments if not a.startswith("-") and not a.endswith(".json")]
    for name in names:
        results = []
        for entry in documents([name]):
            if only and not any(o in entry["id"] for o in only):
                continue
            try:
                result = judge(entry)
            except Exception as error:  # a crash is a result, and the next document is judged
                if len(only) == 1:
                    raise
                result = Result(
                    entry["id"],
                    entry["form"],
                    entry["verdict"],
                    f"CRASH {type(error).__name__}: {error}",
                    False,
                    False,
                    False,
                    None,
                    "",
                    0.0,
                )
            results.append(result)
            bad = result.verdict != result.expected or (
                result.expected == "wrong" and not (result.kind and result.named and result.mended)
            )
            if verbose and bad:
                marks = f"kind={result.kind:d}{result.strict:d} named={result.named:d} mended={result.mended}"
                print(f"{result.id:28} {result.form:6} {result.expected:6} -> {result.verdict:10} {marks}")
                print(f"      {entry['finding']}: {entry['wrong_terms']}, {result.seconds:.2f} s")
                print(f"      {result.told[:220]}")
        print(name)
        print(table(results))
        print(
            Counter(r.verdict.split(":")[0] for r in results),
            f"slowest {max((r.seconds for r in results), default=0):.2f} s",
        )


if __name__ == "__main__":
    main(sys.argv[1:])
