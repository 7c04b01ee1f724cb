"""What somebody had typed when the session ended: kept for an hour, offered after the login.

It lies in the anonymous session that begins when the old one ends, so it needs no row of its own,
and only the browser that sent it can ask for it; it is shown to the same user alone.
"""

import re
from datetime import datetime, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.generic import TemplateView

KEY = "kept_form"
KEPT_FOR = timedelta(hours=1)
MOST_CHARACTERS = 200_000
SECRET = re.compile(r"password|secret|token|otp|passphrase", re.IGNORECASE)


def what_was_typed(request: HttpRequest, page: str, at: datetime) -> dict[str, Any] | None:
    """A form that was sent, as the session keeps it; None when it holds a secret, nothing, or too
    much. Files are not kept, only what they were called."""
    if request.method != "POST":
        return None
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        if name != "csrfmiddlewaretoken"
        for value in values
    ]
    length = sum(len(name) + len(value) for name, value in fields)
    if not fields or length > MOST_CHARACTERS or any(SECRET.search(name) for name, _v in fields):
        return None
    return {
        "user": request.user.pk,
        "address": request.get_full_path(),
        "page": page,
        "fields": fields,
        "files": [(name, [each.name for each in files]) for name, files in request.FILES.lists()],
        "at": at.timestamp(),
    }


def kept_form(request: HttpRequest, user: Any = None) -> dict[str, Any] | None:
    """What is kept for who is logged in or coming in, while it is not older than an hour."""
    kept = request.session.get(KEY)
    if not kept or kept["user"] != (user or request.user).pk:
        return None
    age = timezone.now().timestamp() - kept["at"]
    return kept if 0 <= age <= KEPT_FOR.total_seconds() else None


class KeptForm(TemplateView):
    """All that was typed, to send it again; nothing is sent by itself."""

    template_name = "registration/kept_form.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kept = kept_form(self.request)
        if kept is None:
            raise Http404
        typed = [value for _name, value in kept["fields"] if not value.isascii()]
        return super().get_context_data(**kwargs) | {"kept": kept, "typed": typed}

    def post(self, request: HttpRequest) -> HttpResponse:
        """It is not wanted any more."""
        kept = request.session.pop(KEY, None)
        return redirect(kept["page"] if kept else "/")
