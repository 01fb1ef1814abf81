"""Pages for administrators: who may sign in, and which keys the REST API takes."""

from django import forms
from django.contrib import messages
from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views import View

from alumio import audit
from alumio.access import RoleRequired
from alumio.audit import Actor
from alumio.models import ApiKey, Role, User


class AdministratorView(RoleRequired, View):
    role = role_to_change = Role.ADMINISTRATOR


# ---------------------------------------------------------------- API keys


class ApiKeyForm(forms.Form):
    name = forms.CharField(
        max_length=255, help_text="What uses it, such as “Warehouse” or “Reporting”."
    )
    role = forms.ChoiceField(
        choices=Role.choices,
        initial=Role.VIEWER,
        help_text="A viewer reads, an editor also changes and runs, an administrator does all.",
    )


class ApiKeys(AdministratorView):
    """The list, and the form of a new one. A new key's text is on the answer and nowhere else."""

    def get(self, request):
        return self.show(request, ApiKeyForm())

    def post(self, request):
        form = ApiKeyForm(request.POST)
        if not form.is_valid():
            return self.show(request, form, status=422)
        with transaction.atomic():
            key, text = ApiKey.issue(**form.cleaned_data, created_by=request.user)
            note_key(Actor.of(request), "create-key", key)
        return self.show(request, ApiKeyForm(), issued=key, text=text)

    def show(self, request, form, status=200, **extra):
        keys = ApiKey.objects.select_related("created_by")
        context = {
            "form": form,
            "active": keys.filter(revoked_at=None),
            "revoked": keys.exclude(revoked_at=None).order_by("-revoked_at")[:20],
        }
        response = render(request, "system/api-keys.html", context | extra, status=status)
        response["Cache-Control"] = "no-store"
        return response


class RevokeApiKey(AdministratorView):
    http_method_names = ["post"]

    def post(self, request, pk):
        key = get_object_or_404(ApiKey, pk=pk)
        with transaction.atomic():
            valid = ApiKey.objects.filter(pk=pk, revoked_at=None)
            if valid.update(revoked_at=timezone.now()):
                note_key(Actor.of(request), "revoke-key", key)
        messages.success(request, f"The key “{key.name}” was revoked. It opens nothing any more.")
        return redirect("api-keys")


def note_key(actor: Actor, action: str, key: ApiKey) -> None:
    note = f"Role {key.role}." if action == "create-key" else ""
    audit.record(actor, action, str(key), kind="key", identifier=str(key.pk), note=note)


# ---------------------------------------------------------------- users


class NewUserForm(forms.ModelForm):
    password = forms.CharField(
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        label="Initial password",
        help_text="At least 10 characters. Ask the person to change it after signing in.",
    )

    class Meta:
        model = User
        fields = ("email", "name", "role", "password")
        labels = {"email": "E-mail address"}

    def clean_email(self):
        email = self.cleaned_data["email"].lower()
        if User.objects.filter(email__iexact=email).exists():
            raise forms.ValidationError("There is a user with this e-mail address already.")
        return email

    def clean_password(self):
        validate_password(self.cleaned_data["password"], self.instance)
        return self.cleaned_data["password"]

    def save(self, commit=True):
        return User.objects.create_user(**self.cleaned_data)


class UserForm(forms.ModelForm):
    """Name, role, active, and a new password where one is given."""

    password = forms.CharField(
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        label="New password",
        help_text="Leave empty to keep the present one.",
    )

    class Meta:
        model = User
        fields = ("name", "role", "is_active")  # the password is set by save
        labels = {"is_active": "Active"}

    def clean_password(self):
        if self.cleaned_data["password"]:
            validate_password(self.cleaned_data["password"], self.instance)
        return self.cleaned_data["password"]

    def clean(self):
        cleaned = super().clean()
        stays = cleaned.get("role") == Role.ADMINISTRATOR and cleaned.get("is_active")
        if not stays and is_last_administrator(self.initial_user):
            raise forms.ValidationError(
                "This is the last active administrator. Make somebody else administrator first."
            )
        return cleaned

    @property
    def initial_user(self) -> User:
        return User.objects.get(pk=self.instance.pk)

    def save(self, commit=True):
        if self.cleaned_data["password"]:
            self.instance.set_password(self.cleaned_data["password"])
        self.instance.save()
        return self.instance


def is_last_administrator(user: User) -> bool:
    """Whether nobody else could manage users without this person."""
    administrators = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True)
    administrators = list(administrators.select_for_update().values_list("pk", flat=True))
    return administrators == [user.pk]


def changes(before: User, after: User) -> list[tuple[str, str]]:
    """What a save did to a user, as the audit trail's actions, each with its note."""
    switched = "activate-user" if after.is_active else "deactivate-user"
    found = (
        (before.name != after.name, "rename-user", f"“{before.name}” became “{after.name}”."),
        (before.role != after.role, "change-role", f"From {before.role} to {after.role}."),
        (before.is_active != after.is_active, switched, ""),
        (before.password != after.password, "set-password", ""),
    )
    return [(action, note) for differs, action, note in found if differs]


def note_user(actor: Actor, action: str, user: User, note: str = "") -> None:
    audit.record(actor, action, user.email, kind="user", identifier=str(user.pk), note=note)


class Users(AdministratorView):
    def get(self, request):
        return self.show(request, NewUserForm())

    def post(self, request):
        form = NewUserForm(request.POST)
        if not form.is_valid():
            return self.show(request, form, status=422)
        with transaction.atomic():
            user = form.save()
            note_user(Actor.of(request), "create-user", user, f"Role {user.role}.")
        messages.success(request, f"{user} can sign in now.")
        return redirect("users")

    def show(self, request, form, status=200):
        context = {"form": form, "users": User.objects.order_by("-is_active", "email")}
        return render(request, "system/users.html", context, status=status)


class OneUser(AdministratorView):
    def get(self, request, pk):
        user = get_object_or_404(User, pk=pk)
        return self.show(request, user, UserForm(instance=user))

    @transaction.atomic
    def post(self, request, pk):
        user = get_object_or_404(User, pk=pk)
        form = UserForm(request.POST, instance=user)
        if not form.is_valid():
            return self.show(request, User.objects.get(pk=pk), form, status=422)
        before = form.initial_user
        form.save()
        for action, note in changes(before, user):
            note_user(Actor.of(request), action, user, note)
        messages.success(request, f"{user} was saved.")
        return redirect("users")

    def show(self, request, user, form, status=200):
        return render(request, "system/user.html", {"form": form, "person": user}, status=status)
