from pkg.kept import depth
from pkg.log import calls


def alone():
    return 1


def length(of):
    calls.append(of)
    return len(of)


def reserve(of):
    return 2 * length(of)


def padded(of):
    return reserve(of) + 8


def triple(of):
    return 3 * depth(of)


def zeroes():
    return 0
