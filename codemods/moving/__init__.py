"""Moving definitions from one module to others: texts in, texts out. Pure.

module.py       one module's text, the names that it binds, and who uses them
pieces.py       the text cut at its statements, comments with what they are about
request.py      what is to move where, and what is known of the rest of the project
following.py    what goes with a definition: private helpers, platform branches
needing.py      the imports that moved code needs in its new home
objecting.py    what would change behaviour: reasons to refuse
lacking.py      of these, what it needs; colliding.py, what a target has already
selfish.py, state.py, effects.py, binding.py    what code does that matters for it
dying.py        the imports that the source needs no more
editing.py      imports taken out of a text, and put in
exporting.py    `__all__`
leaving.py      the source afterwards, with a re-export or a shim where asked for
arriving.py     a target afterwards
moving.py       all of it, for one source and any number of targets
lifting.py      a method that becomes a function of its module
relocating.py   a whole module that gets another name
"""
