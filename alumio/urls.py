"""All addresses of the platform, floor by floor."""

from django.urls import include, path

from alumio import audit_pages, people, views
from alumio.overview import dashboard, map_page
from scheduler import health

urlpatterns = [
    path("", dashboard.Dashboard.as_view(), name="dashboard"),
    path("map/", map_page.MapPage.as_view(), name="map"),
    path("map/numbers/", map_page.MapNumbers.as_view(), name="map-numbers"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("api/v1/", include("alumio.api_urls")),
    path("login/", views.SignIn.as_view(), name="login"),
    path("logout/", views.SignOut.as_view(), name="logout"),
    path("theme/", views.Theme.as_view(), name="theme"),
    path("profile/", views.Profile.as_view(), name="profile"),
    path("audit/", audit_pages.AuditTrail.as_view(), name="audit"),
    path("audit/file/", audit_pages.AuditFile.as_view(), name="audit-file"),
    path("api-keys/", people.ApiKeys.as_view(), name="api-keys"),
    path("api-keys/<int:pk>/revoke/", people.RevokeApiKey.as_view(), name="revoke-api-key"),
    path("users/", people.Users.as_view(), name="users"),
    path("users/<int:pk>/", people.OneUser.as_view(), name="user"),
    path("", include("routes.urls")),
    path("", include("connectors.urls")),
    path("", include("transformers.urls")),
    path("", include("tasks.urls")),
    path("", include("tasks.memory_urls")),
    path("", include("tasks.error_urls")),
    path("", include("tasks.trying.urls")),
    path("", include("scheduler.urls")),
    path("", include("alumio.builder.urls")),
    path("", include("alumio.demo.urls")),
]

handler400 = views.bad_request
handler403 = views.forbidden
handler404 = views.not_found
handler500 = views.server_error
