class B:
    @staticmethod
    def run():
        return "B"
