from pkg.log import calls


def length(of):
    calls.append(of)
    return len(of)


def other():
    return 1
