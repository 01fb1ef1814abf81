from tests.connectors.web import web

__all__ = ["web"]
