class B2:
    @staticmethod
    def run():
        return "A"
