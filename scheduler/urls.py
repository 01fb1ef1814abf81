"""Addresses of the pages of processes and scheduled jobs, and of what runs something now."""

from django.urls import include, path

from scheduler import maintenance_pages, pages, planner, refused, retention_page, views
from scheduler.webhooks import delivery_pages as deliveries
from scheduler.webhooks import pages as webhooks

processes = [
    path("", views.ProcessListPage.as_view(), name="list"),
    path("<int:pk>/", views.ProcessPage.as_view(), name="detail"),
    path("<int:pk>/skip/", views.Skip.as_view(), name="skip"),
    path("<int:pk>/stop/", views.Stop.as_view(), name="stop"),
    path("<int:pk>/kill/", views.Kill.as_view(), name="kill"),
    path("<int:pk>/not-allowed.csv", refused.RefusedCsv.as_view(), name="not-allowed"),
]
calls = [
    path("", deliveries.DeliveryListPage.as_view(), name="list"),
    path("refused/", deliveries.RefusedPage.as_view(), name="refused"),
    path("replay/", deliveries.Replay.as_view(), name="replay"),
    path("<str:identifier>/", deliveries.DeliveryPage.as_view(), name="detail"),
    path("<str:identifier>/body/", deliveries.Body.as_view(), name="body"),
]
run_job = views.RunJob.as_view()

urlpatterns = [
    path("processes/", include((processes, "processes"))),
    path("scheduled-jobs/<slug:identifier>/run/", run_job, name="run-scheduled-job"),
    path("scheduled-jobs/", pages.urls()),
    path("webhooks/", webhooks.urls()),
    path("deliveries/", include((calls, "deliveries"))),
    path("maintenance/", maintenance_pages.PAGES.urls()),
    path("retention/", retention_page.Retention.as_view(), name="retention"),
    path("retention/prune/", retention_page.PruneNow.as_view(), name="prune-now"),
    path("planner/", planner.Planner.as_view(), name="planner"),
    path("planner/make/", planner.MakeJobs.as_view(), name="planner-make"),
    path("planner/<slug:identifier>/shift/", planner.Shift.as_view(), name="planner-shift"),
    path("incomings/<slug:identifier>/run/", views.RunIncoming.as_view(), name="run-incoming"),
    path("routes/<slug:identifier>/run/", views.RunRoute.as_view(), name="run-route"),
]
