"""What `manage.py check` says about the settings of this floor."""

from django.conf import settings
from django.core.checks import Error, register

from connectors.guard import parse_allowed


@register
def check_allowed_networks(app_configs, **kwargs):
    """Each entry of ALUMIO_ALLOWED_NETWORKS is a network."""
    errors = []
    for text in settings.ALUMIO_ALLOWED_NETWORKS:
        try:
            parse_allowed(text)
        except ValueError as error:
            errors.append(Error(str(error), id="connectors.E001"))
    return errors
