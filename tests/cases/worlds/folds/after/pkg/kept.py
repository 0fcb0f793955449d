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


def outer(of):
    return width(of) + 1


def shrink(size):
    return -span(size).size


def around(a, b):
    return 2 * between(a, b)


def get_page_room_per_step(step):
    return 2 * get_page_len_per_step(step)
