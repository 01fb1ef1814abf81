"""The draft beside what is saved: the shadow run over the last tasks, and all samples as tests."""

from django.http import Http404
from django.shortcuts import render

from alumio.builder.screen import BuilderView
from alumio.builder.standing import line_of
from alumio.builder.trying import unfinished
from alumio.models import Role
from tasks.trying import samples
from tasks.trying.api import shadow_in, shadow_of
from tasks.trying.asking import NotUnderstood
from tasks.trying.form import whole
from tasks.trying.line import Line


class Shadow(BuilderView):
    """The last tasks, fetched records or samples through the draft, compared with what was sent."""

    role = Role.EDITOR
    http_method_names = ["post"]

    def post(self, request, identifier=None):
        screen = self.screen()
        if self.route is None:
            raise Http404("Only a saved route has something to compare with.")
        if problems := unfinished(screen):
            return self.answer(problems=problems)
        number = whole(request.POST.get("number", "")) or None
        try:
            number, over, _ = shadow_in({"over": request.POST.get("over"), "number": number})
            found = shadow_of(Line.of(self.route), line_of(screen.document), number, over)
        except NotUnderstood as error:
            return self.answer(problems=error.errors)
        return self.answer(shadow=found)

    def answer(self, **found):
        return render(self.request, "trying/_shadow.html", found)


class Samples(BuilderView):
    """All samples of the incoming through the draft, against what is expected of each."""

    role = Role.EDITOR
    http_method_names = ["post"]

    def post(self, request, identifier=None):
        screen = self.screen()
        if problems := unfinished(screen):
            return render(request, "trying/_samples.html", {"problems": problems})
        checked = samples.run(line_of(screen.document))
        counted = samples.counted(checked)
        return render(request, "trying/_samples.html", {"checked": checked, "counted": counted})
