"""Judging: each claim of a document against what the document, or a network, says is true.

Every member of a chain is compared with the first, at every value of the free indices and at two choices of
the sizes that are left open. A claim is right where all of that is proved, wrong where one point refutes
it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from symgrad.verify.claims import Claim
from symgrad.verify.gather import Stated, gather
from symgrad.verify.passages import Document
from symgrad.verify.premises import premises_in_words
from symgrad.verify.said import said_in_sentences, unread
from symgrad.verify.tidy import differentials, has_scripted_delta, tidied, wants_tidying
from symgrad.verify.verdicts import Verdicts

if TYPE_CHECKING:
    from symgrad.network.model import Model

Progress = Callable[[int, int], None]


def judged(
    document: Document,
    model: Model | None = None,
    *,
    names: Mapping[str, str] | None = None,
    limit_s: float = 2.0,
    progress: Progress | None = None,
) -> tuple[Claim, ...]:
    """The claims of a document with their verdicts, in order.

    ``model`` is the network that the truth comes from; ``names`` maps its letters to the document's. No
    single decision takes longer than ``limit_s`` seconds; one that would is undecided.
    """
    stated = read_document(document)
    network = None
    if model is not None:
        from symgrad.verify.network import NetworkNames

        network = NetworkNames(model, stated, names or {})
    gathered = (
        gather(stated) if network is None else gather(stated, network.keys, network.layered, network.computed)
    )
    verdicts = Verdicts(document, gathered, network, limit_s)
    claims: list[Claim] = []
    for number, assertion in enumerate(gathered.assertions):
        if progress is not None:
            progress(number, len(gathered.assertions))
        claims.append(verdicts.claim(assertion))
    if any(passage.display == "table" for passage in document.passages):
        from symgrad.verify.tables import table_claims

        claims += table_claims(document)
        claims.sort(key=lambda claim: (claim.passage, claim.span))
    return tuple(claims)


def read_document(document: Document) -> list[Stated]:
    """The statements of all passages."""
    from symgrad.verify.reader import read

    stated: list[Stated] = []
    for number, passage in enumerate(document.passages):
        if passage.display == "table":
            continue
        plain = passage.display == "plain"
        for statement in read(passage.reading, plain=plain):
            said = None
            if statement.problem is not None and passage.role is None:
                said = unread(passage.reading[slice(*statement.span)], plain=plain)
            stated.append(Stated(number, passage.role, statement, passage.display == "inline", plain, said))
    stated = [*said_in_sentences(document, stated), *stated, *premises_in_words(document, stated)]
    every = [member for one in stated for member in one.statement.members]
    deltas = not has_scripted_delta(every)
    after_d = differentials(one.statement.members[0] for one in stated if one.statement.members)
    if not after_d and not any(wants_tidying(member) for member in every):
        return stated
    return [
        one._replace(
            statement=one.statement._replace(
                members=tuple(tidied(m, deltas=deltas, after_d=after_d) for m in one.statement.members)
            )
        )
        for one in stated
    ]
