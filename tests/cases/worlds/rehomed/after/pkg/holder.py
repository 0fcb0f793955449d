"""One object keeps the store, another one hands out its slots."""


class Pool:
    def __init__(self, size=8):
        self.size = size
        self.cache = {}

    def copy(self, source, target):
        self.cache[target] = self.cache.get(source)


class Slots:
    def __init__(self, size=8):
        self.size = size
        self.taken = 0

    def alloc(self, count):
        self.taken += count
        return self.taken

    def free(self, count):
        self.taken -= count

    def available(self):
        return self.size - self.taken


class Holder:
    def __init__(self):
        self.pool = Pool()
        self.slots = Slots()
