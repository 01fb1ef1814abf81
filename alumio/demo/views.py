"""The demo shop and the demo ERP by HTTP, and the button that takes the demo away."""

from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from alumio import jsontext
from alumio.access import RoleRequired
from alumio.audit import Actor
from alumio.demo import door, erp, removal, shop
from alumio.models import Role

PAGE = 20
LARGEST = 100_000
"""Bytes of a record that the demo ERP reads."""


@method_decorator(csrf_exempt, name="dispatch")
class Guarded(View):
    """A view of the demo systems: 404 without a demo, 401 for everybody but its connections."""

    def dispatch(self, request, *args, **kwargs):
        if not door.is_open():
            return refusal(404, "There is no demo.")
        if not door.may_enter(request):
            return refusal(401, "Only the demo's own connections may come in.")
        try:
            return super().dispatch(request, *args, **kwargs)
        except BadRequest as error:
            return refusal(400, str(error))


def answer(status: int, body: dict) -> JsonResponse:
    """An answer of a demo system. Its refusals belong to the play, not to the platform's log;
    what they quote is read by people, in the messages of tasks."""
    response = JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})
    response._has_been_logged = True
    return response


def refusal(status: int, text: str) -> JsonResponse:
    return answer(status, {"error": text})


# ---------------------------------------------------------------- the shop


class Listing(Guarded):
    """Records in pages of 20. `after` is the mark of the last record one has; `until` keeps the
    pages of one reading together."""

    def get(self, request):
        until = parameter(request, "until", moment) or timezone.now().replace(microsecond=0)
        number = parameter(request, "page", int)
        number = 1 if number is None else number
        if number < 1:
            raise BadRequest("“page” begins with 1.")
        records = self.records(request, min(until, timezone.now()))
        here = records[(number - 1) * PAGE : number * PAGE]
        following = None
        if number * PAGE < len(records):
            query = request.GET.dict() | {"page": number + 1, "until": shop.as_text(until)}
            following = f"{request.path}?{urlencode(query)}"
        return JsonResponse({"items": here, "total": len(records), "next": following})


class Products(Listing):
    def records(self, request, until):
        return shop.products(until, parameter(request, "after", moment))


class Orders(Listing):
    def records(self, request, until):
        return shop.orders(until, parameter(request, "after", int))


def parameter(request, name: str, read: Callable):
    """A query parameter, or None where it is not given."""
    text = request.GET.get(name, "")
    try:
        return read(text) if text else None
    except (ValueError, OverflowError):
        raise BadRequest(f"“{name}” cannot be read: {text[:50]}") from None


def moment(text: str) -> datetime:
    read = datetime.fromisoformat(text)
    return read if read.tzinfo else read.replace(tzinfo=shop.UTC)


# ---------------------------------------------------------------- the ERP


class Taking(Guarded):
    """Takes one record by POST."""

    def post(self, request):
        body = request.read(LARGEST + 1)
        if len(body) > LARGEST:
            return refusal(413, "The record is too large.")
        try:
            record = jsontext.loads(body)
        except jsontext.JSONTextError as error:
            raise BadRequest(f"This is not JSON: {error}") from None
        if not isinstance(record, dict):
            raise BadRequest("Send an object.")
        judged = self.judge(record)
        response = answer(judged.status, judged.body)
        if judged.retry_after:
            response["Retry-After"] = judged.retry_after
        return response


class TakenOrders(Taking):
    def judge(self, record):
        return erp.take_order(record, timezone.now())


class TakenProducts(Taking):
    def judge(self, record):
        return erp.take_product(record)


# ---------------------------------------------------------------- the button


class Remove(RoleRequired, View):
    """Removes the demo, or says which of the user's own configurations still needs it."""

    role = role_to_change = Role.ADMINISTRATOR

    def post(self, request):
        try:
            removed = removal.remove(Actor.of(request))
        except removal.StillUsed as error:
            messages.error(request, str(error))
        else:
            messages.success(request, removal.told(removed))
        return redirect("/")
