"""`[tool.rehome]` of a project's pyproject.toml: what its commands do by default.

`schema` has every key, `reading` finds and checks the file, `defaults` hands values to
options, `accepting` takes accepted findings out of an outcome, `ignoring` tells which
paths are left out, `force` is what all commands share.
"""
