"""Who may open what: every view names a role, nothing is open by itself.

`viewer` sees, `editor` changes and runs, `administrator` also manages people and API keys.
"""

from django.contrib.auth.mixins import AccessMixin
from django.core.exceptions import PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission

from alumio.models import Role


class RoleRequired(AccessMixin):
    """A page for people whose role includes `role` to look and `role_to_change` to post."""

    role = Role.VIEWER
    role_to_change = Role.EDITOR

    def dispatch(self, request, *args, **kwargs):
        if not request.user.is_authenticated:
            return self.handle_no_permission()
        needed = self.role if request.method in SAFE_METHODS else self.role_to_change
        if not request.user.may(needed):
            raise PermissionDenied(f"This needs the role {Role(needed).label.lower()}.")
        return super().dispatch(request, *args, **kwargs)


class HasRole(BasePermission):
    """The same for the REST API; `request.user` is a person or the bearer of an API key."""

    def has_permission(self, request, view) -> bool:
        if not (request.user and request.user.is_authenticated):
            return False
        needed = getattr(view, "role", Role.VIEWER)
        if request.method not in SAFE_METHODS:
            needed = getattr(view, "role_to_change", Role.EDITOR)
        self.message = f"This needs the role {Role(needed).label.lower()}."
        return request.user.may(needed)
