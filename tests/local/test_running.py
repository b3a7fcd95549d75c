"""What `make test ARGS=…` runs: all tests and then the phones', or what was named."""

import pytest

from deploy.local.test import _names_tests


@pytest.mark.parametrize(
    ("arguments", "is_named"),
    [
        ([], False),
        (["-x", "-q"], False),
        (["-k", "tests"], False),
        (["tests/unit", "-x"], True),
        (["-n", "2", "tests/local/test_running.py::test_what_is_named"], True),
    ],
)
def test_what_is_named(arguments, is_named):
    assert _names_tests(arguments) is is_named
