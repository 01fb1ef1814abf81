"""The description of the REST API and its page, for who is signed in or has a key."""

from django.urls import Resolver404, resolve
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.authentication import SessionAuthentication

from alumio.access import HasRole, RoleRequired
from alumio.api import NoSuchAddress
from alumio.api_keys import ApiKeyAuthentication


class Schema(SpectacularAPIView):
    authentication_classes = [ApiKeyAuthentication, SessionAuthentication]
    permission_classes = [HasRole]


class Docs(RoleRequired, SpectacularSwaggerSplitView):
    """A person who is not signed in is asked to; a program shows its key."""

    authentication_classes = [ApiKeyAuthentication, SessionAuthentication]
    permission_classes = [HasRole]
    url_name = "api:schema"

    def dispatch(self, request, *args, **kwargs):
        if "Authorization" in request.headers:
            return SpectacularSwaggerSplitView.dispatch(self, request, *args, **kwargs)
        return super().dispatch(request, *args, **kwargs)


@csrf_exempt
def elsewhere(request, address: str):
    """The same address with or without the slash at its end, or the answer that there is none.

    A redirect would not do: it would lose the body of a POST.
    """
    path = request.path_info
    try:
        match = resolve(path.rstrip("/") if path.endswith("/") else path + "/")
    except Resolver404:
        match = None
    if match is None or match.func is elsewhere:
        return NoSuchAddress.as_view()(request)
    return match.func(request, *match.args, **match.kwargs)
