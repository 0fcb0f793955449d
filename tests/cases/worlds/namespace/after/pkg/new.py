class A:
    @staticmethod
    def run():
        return "A"
