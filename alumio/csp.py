"""The content security policy: pages load from here only and hold no script of their own."""

POLICY = {
    "default-src": "'self'",
    "img-src": "'self' data:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
# The page of the REST API's documentation is published with styles in its elements.
DOCUMENTATION = POLICY | {"style-src": "'self' 'unsafe-inline'"}


def written(policy: dict[str, str]) -> str:
    return "; ".join(f"{name} {value}" for name, value in policy.items())


class ContentSecurityPolicy:
    """Middleware that adds the policy to every answer that has none."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        policy = DOCUMENTATION if request.path.startswith("/api/") else POLICY
        response.headers.setdefault("Content-Security-Policy", written(policy))
        return response
