"""Verification: the formulas of a document, each judged against what must hold.

Floor 5. Passages of mathematics are found, read without evaluating anything, given a meaning by the
document's own declarations or by a network, judged, diagnosed, reported and mended.

``symgrad.verify(text)`` judges a document: the package can be called, because importing a part of it puts the
package in ``symgrad`` under the name that the function has there.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from symgrad.verify.passages import Kind
    from symgrad.verify.verification import HasModel, Verification


class _Callable(ModuleType):
    def __call__(
        self,
        text: str,
        net: HasModel | str | None = None,
        *,
        names: Mapping[str, str] | None = None,
        kind: Kind | None = None,
        limit: float = 2.0,
    ) -> Verification:
        """Judge a document: see :func:`symgrad.verify.verification.verify`."""
        from symgrad.verify.verification import verify

        return verify(text, net, names=names, kind=kind, limit=limit)


sys.modules[__name__].__class__ = _Callable
