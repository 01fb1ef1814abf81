"""The door of the web server: `granian --interface wsgi alumio.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alumio.settings")

application = get_wsgi_application()
