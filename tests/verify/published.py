"""The published JSON Schema, to hold output against."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from verify.render.json import schema


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(json.loads(schema()))


def schema_errors(document: dict[str, Any]) -> list[str]:
    """Where a document breaks the schema, and how."""
    errors = _validator().iter_errors(document)
    return [f"{error.json_path}: {error.message}" for error in errors]
