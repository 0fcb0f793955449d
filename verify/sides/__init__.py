"""Two sides to compare: where their code comes from, and the processes it runs in.

A side is a git revision, a folder or a release of the package index. Its code runs
in processes of its own, whose import path begins with the side, and never in ours.
`workplace` is where to begin: what is made there is gone when it ends, however it
ends.
"""
