"""The allocation strategies of a KV cache, one a file.

The only package of the three that needs torch and Triton, which come with the
extra `rehome[allocator]`. It imports nothing of `codemods` and `verify`, nor
they of it.
"""
