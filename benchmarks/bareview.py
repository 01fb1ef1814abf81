"""What calls of webhooks are measured against: a Django view that reads a body and stores nothing.

granian --interface wsgi benchmarks.bareview:application
"""

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import JsonResponse
from django.urls import path


def take(request):
    answer = JsonResponse({"bytes": len(request.body)}, status=202)
    answer["Content-Length"] = len(answer.content)
    return answer


urlpatterns = [path("call", take)]

settings.configure(
    SECRET_KEY="bare",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=[],
    INSTALLED_APPS=[],
    LOGGING_CONFIG=None,
)
django.setup()
application = get_wsgi_application()
