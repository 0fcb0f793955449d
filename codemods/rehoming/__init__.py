"""Attributes that live on another object now: which of the two a use means.

`x.pool.alloc(1)` is `x.allocator.alloc(1)` now, while `x.pool.cache` stays where it
is. What is read from the attribute decides, however far it travels on its way:
through locals, conditions, `getattr`, and into the functions that it is passed to.
What that does not tell is never guessed.

    attributes.py   what the migrations say, composed
    tree.py         one parsed file: what stands around a node, and whose a name is
    modules.py      other files, for what they define
    meanings.py     what one use means, and what many mean together
    following.py    from an expression to all that is done with its value
    receivers.py    builtins and functions that a value is passed to
    callees.py      the functions that a call can reach
    keeping.py      values kept on `self`
    sources.py      where a file reads the attribute
    versions.py     readings that run where the new attribute is missing
    deciding.py     what each of them means, file-wide
    definitions.py  where a file makes the attribute
    renaming.py, splitting.py, spelling.py   how it is written
"""
