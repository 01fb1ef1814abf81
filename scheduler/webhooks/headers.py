"""Headers of a call, by names in any case."""


class Headers(dict):
    """Values by names in small letters, found by names in any case."""

    def __getitem__(self, name):
        return super().__getitem__(name.lower())

    def __contains__(self, name):
        return isinstance(name, str) and super().__contains__(name.lower())

    def get(self, name, default=None):
        return super().get(name.lower() if isinstance(name, str) else name, default)
