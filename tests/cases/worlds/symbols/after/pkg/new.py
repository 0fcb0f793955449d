class A:
    @staticmethod
    def run():
        return "A"


class Aid:
    @staticmethod
    def run():
        return "Aid"
