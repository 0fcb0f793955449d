"""Draw diagrams: which part can be read, where everything stands, and the SVG.

A diagram is drawn as a column of boxes, one a node. Above stands what imports, below
what is imported, as far as the edges that are to be cut allow: these point up, on the
left, all others down, on the right. So long names and many edges can be read, which
in layers of boxes they cannot.
"""
