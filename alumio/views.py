"""The platform's own pages: signing in, the profile, the theme, and what is shown when it fails."""

from django import forms
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.views import LoginView, LogoutView
from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views import View

from alumio import audit, refused_sign_in
from alumio.access import RoleRequired
from alumio.audit import Actor
from alumio.models import Role

YEAR_IN_SECONDS = 31_536_000


class SignInForm(AuthenticationForm):
    """E-mail address and password. One message for a wrong address and a wrong password."""

    error_messages = {
        "invalid_login": "This e-mail address and password do not match. Check both and try again.",
        "inactive": "This account is switched off. Ask an administrator to switch it on.",
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "E-mail address"
        self.fields["username"].widget = forms.EmailInput(
            attrs={"autofocus": True, "autocomplete": "username", "class": "form-control"}
        )
        self.fields["password"].widget.attrs["class"] = "form-control"

    def clean_username(self):
        return self.cleaned_data["username"].lower()


class SignIn(LoginView):
    template_name = "login.html"
    form_class = SignInForm
    redirect_authenticated_user = True
    http_method_names = ("get", "head", "post", "options")

    def form_valid(self, form):
        with transaction.atomic():
            answer = super().form_valid(form)
            audit.record(Actor.of(self.request), "sign-in")
        return answer

    def form_invalid(self, form):
        typed = form.data.get("username", "")
        if typed and form.data.get("password"):
            refused_sign_in.note(self.request, typed)
        return self.render_to_response(self.get_context_data(form=form), status=422)


class SignOut(LogoutView):
    def post(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            audit.record(Actor.of(request), "sign-out")
        return super().post(request, *args, **kwargs)


def locked_out(request, original_response=None, credentials=None):
    """What axes shows after too many wrong passwords."""
    return render(request, "locked-out.html", status=429)


class Theme(View):
    """Remembers the chosen theme. Open to all: it changes nothing but the visitor's own cookie."""

    def post(self, request):
        response = redirect(safe_next(request))
        choice = request.POST.get("theme", "")
        if choice in ("light", "dark"):
            response.set_cookie("theme", choice, max_age=YEAR_IN_SECONDS, samesite="Lax")
        else:
            response.delete_cookie("theme", samesite="Lax")
        return response


class Profile(RoleRequired, View):
    """One's own name and password."""

    role_to_change = Role.VIEWER

    def get(self, request):
        return self.show(request, PasswordChangeForm(request.user))

    def post(self, request):
        if "password" in request.POST:
            return self.change_password(request)
        before, name = request.user.name, request.POST.get("name", "").replace("\0", "").strip()
        with transaction.atomic():
            request.user.name = name[:255]
            request.user.save(update_fields=["name"])
            if request.user.name != before:
                self.note("rename-user", f"“{before}” became “{request.user.name}”.")
        messages.success(request, "Your name was saved.")
        return redirect("profile")

    def change_password(self, request):
        form = PasswordChangeForm(request.user, request.POST)
        if not form.is_valid():
            return self.show(request, form, status=422)
        with transaction.atomic():
            update_session_auth_hash(request, form.save())
            self.note("change-password")
        messages.success(request, "Your password was changed.")
        return redirect("profile")

    def note(self, action: str, text: str = "") -> None:
        me = self.request.user
        audit.record(
            Actor.of(self.request),
            action,
            me.email,
            kind="user",
            identifier=str(me.pk),
            note=text,
        )

    def show(self, request, form, status=200):
        return render(request, "profile.html", {"form": form}, status=status)


def safe_next(request, fallback="/") -> str:
    """Where to go afterwards: the address that was posted, if it is one of ours."""
    target = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(
        target, {request.get_host()}, require_https=request.is_secure()
    )
    return target if ours else fallback


# ---------------------------------------------------------------- when things fail


def failure(request, status: int, title: str, text: str) -> HttpResponse:
    if for_program(request):
        return JsonResponse({"detail": f"{title}. {text}"}, status=status)
    context = {"status": status, "failure_title": title, "failure_text": text}
    return render(request, "failure.html", context, status=status)


def for_program(request) -> bool:
    """Whether the answer is for a caller of the REST API, which has no use for a page."""
    return request.path.startswith("/api/")


def bad_request(request, exception=None):
    return failure(request, 400, "This request cannot be read", "Go back, reload and try again.")


def forbidden(request, exception=None):
    text = str(exception or "") or "Your role does not allow this. Ask an administrator."
    return failure(request, 403, "You may not do this", text)


def not_found(request, exception=None):
    return failure(
        request, 404, "There is no such page", "It was deleted, renamed, or never existed."
    )


def server_error(request):
    """Without a base layout: whatever failed may fail in it again."""
    if for_program(request):
        return JsonResponse({"detail": "Something failed here. The log says what."}, status=500)
    return render(None, "500.html", status=500)


def csrf_failure(request, reason=""):
    return failure(
        request,
        403,
        "This form is too old",
        "You signed in or out since it was opened. Reload the page and send it again.",
    )
