class A:
    @staticmethod
    def run():
        return "A"


class Aid:
    @staticmethod
    def run():
        return "Aid"


class B:
    @staticmethod
    def run():
        return "B"


class C:
    @staticmethod
    def run():
        return "C"
