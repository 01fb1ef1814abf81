"""All addresses of the REST API, below /api/v1/."""

from django.urls import path, re_path
from rest_framework.routers import SimpleRouter

from alumio.api_docs import Docs, Schema, elsewhere
from alumio.audit_api import AuditTrail
from alumio.component_api import Components, OneRegistry
from alumio.overview.api import DashboardDoor
from alumio.overview.map_api import MapDoor
from connectors import api as connectors
from connectors import registries as ends
from routes import api as routes
from scheduler import api as scheduler
from scheduler import planner_api as planner
from scheduler import retention_api as retention
from scheduler.maintenance_pages import Maintenances
from scheduler.webhooks import delivery_api as deliveries
from scheduler.webhooks.api import Webhooks
from tasks import actions, memory_api, search_api
from tasks import api as tasks
from tasks import download_api as downloads
from tasks import saved_view_api as views
from tasks import version_api as versions
from tasks.error_api import ErrorsDoor
from tasks.trying import api as trying
from transformers import api as transformers
from transformers import registries as changes

REGISTRIES = {
    "entity-transformers": changes.entity_transformers,
    "data-transformers": changes.data_transformers,
    "mappers": changes.mappers,
    "conditions": changes.conditions,
    "filters": changes.filters,
    "accessors": changes.accessors,
    "operators": changes.operators,
    "subscribers": ends.subscribers,
    "publishers": ends.publishers,
    "clients": ends.clients,
    "authentications": ends.authentications,
    "paginations": ends.paginations,
    "parsers": ends.parsers,
}

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("incomings", connectors.Incomings, "incoming")
router.register("outgoings", connectors.Outgoings, "outgoing")
router.register("routes", routes.Routes, "route")
router.register("connections", connectors.Connections, "connection")
router.register("entity-schemas", transformers.EntitySchemas, "entity-schema")
router.register("storages", connectors.Storages, "storage")
router.register("transformers", transformers.SavedTransformers, "transformer")
router.register("scheduled-jobs", scheduler.ScheduledJobs, "scheduled-job")
router.register("webhooks", Webhooks, "webhook")
router.register("maintenance-windows", Maintenances, "maintenance-window")

app_name = "api"
urlpatterns = [
    path("tasks", tasks.Tasks.as_view(), name="task-list"),
    path("task-views", views.SavedViews.as_view(), name="view-list"),
    path("task-views/<int:pk>", views.OneSavedView.as_view(), name="view-detail"),
    path("tasks.csv", downloads.TasksFile.as_view(kind="csv"), name="task-csv"),
    path("tasks.ndjson", downloads.TasksFile.as_view(kind="ndjson"), name="task-ndjson"),
    *(
        path(f"tasks/{verb}", tasks.Apply.as_view(verb=verb), name=f"task-{verb}")
        for verb in actions.VERBS
    ),
    path("tasks/<str:identifier>", tasks.OneTask.as_view(), name="task-detail"),
    path("tasks/<str:identifier>/data", versions.Data.as_view(), name="task-data"),
    path("tasks/<str:identifier>/versions", versions.Versions.as_view(), name="task-version-list"),
    path(
        "tasks/<str:identifier>/versions/<int:number>",
        versions.OneVersion.as_view(),
        name="task-version",
    ),
    path("tasks/<str:identifier>/reimport", versions.Reimport.as_view(), name="task-reimport"),
    path("dashboard", DashboardDoor.as_view(), name="dashboard"),
    path("map", MapDoor.as_view(), name="map"),
    path("errors", ErrorsDoor.as_view(), name="error-list"),
    path("search", search_api.SearchDoor.as_view(), name="search"),
    path("processes", scheduler.Processes.as_view(), name="process-list"),
    path("processes/<int:pk>", scheduler.OneProcess.as_view(), name="process-detail"),
    path("processes/<int:pk>/skip", scheduler.Skip.as_view(), name="process-skip"),
    path("processes/<int:pk>/stop", scheduler.Stop.as_view(), name="process-stop"),
    path("processes/<int:pk>/kill", scheduler.Kill.as_view(), name="process-kill"),
    path(
        "scheduled-jobs/<str:identifier>/occurrences",
        scheduler.Occurrences.as_view(),
        name="scheduled-job-occurrences",
    ),
    path("scheduled-jobs/<str:identifier>/run", scheduler.RunJob.as_view(), name="job-run"),
    path("repair", scheduler.Repair.as_view(), name="repair"),
    path("planner", planner.Planner.as_view(), name="planner"),
    path("planner/week", planner.Week.as_view(), name="planner-week"),
    path("planner/crowds", planner.Crowds.as_view(), name="planner-crowds"),
    path("planner/shifts", planner.Shifts.as_view(), name="planner-shifts"),
    path("incomings/<str:identifier>/run", scheduler.RunIncoming.as_view(), name="incoming-run"),
    path("routes/<str:identifier>/run", scheduler.RunRoute.as_view(), name="route-run"),
    path("incomings/<str:identifier>/try", trying.TryIncoming.as_view(), name="incoming-try"),
    path("outgoings/<str:identifier>/try", trying.TryOutgoing.as_view(), name="outgoing-try"),
    path("routes/<str:identifier>/try", trying.TryRoute.as_view(), name="route-try"),
    path("routes/<str:identifier>/shadow", trying.ShadowRun.as_view(), name="route-shadow"),
    path("routes/<str:identifier>/samples/run", trying.RunSamples.as_view(), name="route-samples"),
    path("deliveries", deliveries.Deliveries.as_view(), name="delivery-list"),
    path("deliveries/replay", deliveries.Replay.as_view(), name="delivery-replay-many"),
    path("deliveries/<str:identifier>", deliveries.OneDelivery.as_view(), name="delivery-detail"),
    path(
        "deliveries/<str:identifier>/replay",
        deliveries.ReplayOne.as_view(),
        name="delivery-replay",
    ),
    path("refused-calls", deliveries.RefusedCalls.as_view(), name="refused-call-list"),
    path("retention", retention.Retention.as_view(), name="retention"),
    path("retention/prune", retention.Prune.as_view(), name="prune"),
    path("unchanged", memory_api.Unchanged.as_view(), name="unchanged-list"),
    path("unchanged/forget", memory_api.Forget.as_view(), name="unchanged-forget"),
    path("audit", AuditTrail.as_view(), name="audit-list"),
    path("components", Components.as_view(registries=REGISTRIES), name="component-list"),
    path(
        "components/<str:registry>",
        OneRegistry.as_view(registries=REGISTRIES),
        name="component-detail",
    ),
    *router.urls,
    path("schema/", Schema.as_view(), name="schema"),
    path("docs/", Docs.as_view(), name="docs"),
    re_path(r"^(?P<address>.*)$", elsewhere, name="elsewhere"),
]
