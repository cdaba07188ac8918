"""How often a property is drawn: some times by `make test`, many times by `make volume`; CI runs both."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings


def often(
    some: int, many: int, *, deadline: None = None, **strategies: Any
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The property of arguments drawn from ``strategies``; its other arguments are pytest's."""

    def decorate(holds: Callable[..., None]) -> Callable[..., None]:
        others = [name for name in inspect.signature(holds).parameters if name not in strategies]

        @pytest.mark.parametrize("draws", [some, pytest.param(many, marks=pytest.mark.volume)])
        def test(draws: int, **fixed: Any) -> None:
            def once(**found: Any) -> None:
                holds(**fixed, **found)

            runs = settings(max_examples=draws, deadline=deadline, suppress_health_check=list(HealthCheck))
            runs(given(**strategies)(once))()

        parameters = [inspect.Parameter(n, inspect.Parameter.KEYWORD_ONLY) for n in ("draws", *others)]
        test.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # pytest reads it
        test.__name__, test.__qualname__, test.__doc__ = holds.__name__, holds.__qualname__, holds.__doc__
        test.__module__ = holds.__module__
        return test

    return decorate
