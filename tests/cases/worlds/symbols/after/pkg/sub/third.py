class C:
    @staticmethod
    def run():
        return "C"
