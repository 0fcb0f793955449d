from types import SimpleNamespace


def width(of):
    return len(of)


def depth(of):
    return len(of)


def span(size):
    return SimpleNamespace(size=size)


def between(a, b):
    return a + b


def get_page_len_per_step(step):
    return 10 * step
