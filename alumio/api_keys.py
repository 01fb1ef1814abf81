"""Who calls the REST API: the bearer of an API key, as `Authorization: Bearer ak_…`."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed

from alumio.models import ApiKey, Role

USED_AT_MOST_EVERY = timedelta(minutes=1)


class ApiUser:
    """The bearer of a key, where a view expects `request.user`; it has the key's role.

    A key is no person (`pk` is None): what it does is noted under its name. `person` made the key.
    """

    pk = id = None
    is_authenticated, is_active, is_anonymous = True, True, False

    def __init__(self, key: ApiKey):
        self.key = key
        self.name = f"API key {key.name}"
        self.email = ""
        self.role = key.role
        self.person = key.created_by

    def __str__(self):
        return self.name

    def may(self, role: str) -> bool:
        """Whether the key's role includes `role`, and still that of the person who made it."""
        made_by = self.person
        return Role(self.role).includes(role) and (made_by is None or made_by.may(role))


class ApiKeyAuthentication(BaseAuthentication):
    """Finds the key by its hash. Unknown and revoked keys are refused with the same words."""

    keyword = b"bearer"

    def authenticate(self, request):
        scheme, _, text = get_authorization_header(request).partition(b" ")
        if scheme.lower() != self.keyword:
            return None
        key = find(text.strip().decode("latin-1"))
        if key is None:
            raise AuthenticationFailed("This API key is unknown or was revoked.")
        return ApiUser(key), key

    def authenticate_header(self, request):
        return "Bearer"


def find(text: str) -> ApiKey | None:
    """The key with this text, unless it was revoked or the person who made it may not sign in."""
    if not text.startswith("ak_"):
        return None
    keys = ApiKey.objects.select_related("created_by").filter(revoked_at=None)
    key = keys.filter(digest=ApiKey.hash(text)).first()
    if key is None or (key.created_by and not key.created_by.is_active):
        return None
    note_use(key)
    return key


def person_of(user):
    """The person behind a request, for columns that name one: the user, or who made the key."""
    return user.person if isinstance(user, ApiUser) else user


def note_use(key: ApiKey) -> None:
    """Remember when the key was last used, to the minute: not every request is a write."""
    now = timezone.now()
    due = now - USED_AT_MOST_EVERY
    if key.last_used_at is None or key.last_used_at <= due:
        rested = Q(last_used_at=None) | Q(last_used_at__lte=due)
        ApiKey.objects.filter(rested, pk=key.pk).update(last_used_at=now)
