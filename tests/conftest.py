"""What holds for every test: nothing is expected to fail, and in CI nothing is skipped."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

IN_CI = os.environ.get("SYMGRAD_CI") == "1"

# A shared machine stalls now and then: no deadline. In CI the same commit runs the same examples.
settings.register_profile("default", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if IN_CI else "default")


def refused(report):
    """The report, turned into a failure if the test was expected to fail, or skipped in CI."""
    if hasattr(report, "wasxfail"):
        report.longrepr = f"a test expected to fail is not allowed: {report.wasxfail}"
        del report.wasxfail
        report.outcome = "failed"
    elif report.skipped and IN_CI:
        reason = report.longrepr[-1] if isinstance(report.longrepr, tuple) else report.longrepr
        report.longrepr = f"skipped, which SYMGRAD_CI=1 does not allow: {reason}"
        report.outcome = "failed"
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport():
    return refused((yield))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report():
    return refused((yield))
