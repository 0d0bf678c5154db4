"""nowhere: a pump's sink for bytes that only need to be kept, or that nobody takes any more."""


class Nowhere:
    def send(self, data: memoryview) -> int:
        return len(data)

    def finish(self) -> None:
        """Nobody waits for the end."""
