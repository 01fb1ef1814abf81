"""Addresses of the Route Builder: the same for a new route and for a saved one."""

from django.urls import include, path

from alumio.builder import (
    arriving,
    classic,
    live,
    mapped,
    sampling,
    saving,
    shadowing,
    trying,
    views,
)

PAGES = {
    "page": ("", views.Page.as_view()),
    "panel": ("panel/", views.ShowPanel.as_view()),
    "keep": ("keep/", views.Keep.as_view()),
    "choose": ("choose/", views.Choose.as_view()),
    "remove": ("remove/", views.Remove.as_view()),
    "step": ("step/", views.Step.as_view()),
    "copy": ("step/copy/", views.Copy.as_view()),
    "enable": ("enable/", views.Enable.as_view()),
    "undo": ("undo/", views.Go.as_view(steps=-1)),
    "redo": ("redo/", views.Go.as_view(steps=1)),
    "save": ("save/", saving.Save.as_view()),
    "resolve": ("resolve/", saving.Resolve.as_view()),
    "discard": ("discard/", saving.Discard.as_view()),
    "fields": ("fields/", arriving.Fields.as_view()),
    "mapper-sources": ("mapper/sources/", mapped.Sources.as_view()),
    "mapper-rows": ("mapper/rows/", mapped.Rows.as_view()),
    "mapper-preview": ("mapper/preview/", mapped.Mapped.as_view()),
    "try": ("try/", trying.Try.as_view()),
    "sample": ("sample/", sampling.KeepSample.as_view()),
    "shadow": ("shadow/", shadowing.Shadow.as_view()),
    "samples": ("samples/", shadowing.Samples.as_view()),
    "live": ("live/", live.Live.as_view()),
    "classic": ("classic/", classic.Classic.as_view()),
    "take": ("take/", classic.Take.as_view()),
}


def below(prefix: str) -> list:
    return [path(prefix + rest, view, name=name) for name, (rest, view) in PAGES.items()]


saved = (below("routes/builder/edit/<slug:identifier>/"), "route-builder")
new = (below("routes/builder/new/"), "new-route-builder")
urlpatterns = [path("", include(saved)), path("", include(new))]
