"""What a connector raises: the text says what, where and what to do; `detail` is what was noted."""


class ConnectorError(Exception):
    def __init__(self, text: str, detail=None):
        super().__init__(text)
        self.detail = detail


class SubscriberError(ConnectorError):
    """A source cannot be read on."""


class PublisherError(ConnectorError):
    """A target did not take a record."""
