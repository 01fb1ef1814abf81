"""Django's pages and REST as a WSGI application. The web server's own door is `alumio.server`,
which also answers the calls of webhooks."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alumio.settings")

application = get_wsgi_application()
