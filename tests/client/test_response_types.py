"""The return annotation of a builder as what decodes the answer."""

from __future__ import annotations

from typing_extensions import deprecated

from coder_sdk._decode import ResponseTypes
from coder_sdk._request import Request

# Known in this module only, as `builtins` is in a module whose resource has a method `list`.
Numbers = list[int]


def numbers() -> Request[Numbers]:
    return Request("GET", "/numbers")


def test_the_annotation_is_read_with_the_names_of_its_own_module():
    assert ResponseTypes(numbers).body.json(b'["1", 2]') == [1, 2]


def test_a_deprecated_builder_keeps_the_names_of_its_own_module():
    old = deprecated("Use another one.")(numbers)
    assert ResponseTypes(old).body.json(b'["1", 2]') == [1, 2]
