class A:
    @staticmethod
    def run():
        return "A"


class B:
    @staticmethod
    def run():
        return "B"
