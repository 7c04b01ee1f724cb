"""Who is asking: every page that shows records begins here."""

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from reports.domain.access import Act
from reports.selectors.scope import Scope, scope_of


def request_scope(request) -> Scope:
    """The scope of who is logged in, read once a request."""
    if not hasattr(request, "_ledger_scope"):
        request._ledger_scope = scope_of(request.user, today=timezone.localdate())
    return request._ledger_scope


class ScopeMixin:
    """Outside one's scope a page does not exist (404); inside, what is not allowed says so (403).

    ``needs`` is an act that must be allowed somewhere before the page is worth opening.
    """

    needs: Act | None = Act.READ
    # Administrators see no records; a page that shows none may be open to them.
    shows_records = True

    @cached_property
    def scope(self) -> Scope:
        return request_scope(self.request)

    def dispatch(self, request, *args, **kwargs):
        if not self.scope.grants:
            raise PermissionDenied(_("您的账号还没有任何权限，请联系安全管理员。"))
        if self.shows_records and not self.scope.reads_anything:
            raise PermissionDenied(_("管理员账号不能查看业务记录。"))
        if self.needs is not None and not self.scope.allows(self.needs):
            raise PermissionDenied(_("您的角色不能进行此项操作。"))
        return super().dispatch(request, *args, **kwargs)

    def visible(self, queryset: QuerySet, act: Act = Act.READ) -> QuerySet:
        return self.scope.limit(queryset, act)

    def get_visible(self, queryset: QuerySet, pk: int, *, loaded: Iterable[Model] = ()) -> Model:
        """The record, or 404 when it is outside the scope.

        One that the page has ``loaded`` within the scope is not read again.
        """
        found = next((each for each in loaded if each.pk == pk), None)
        return found or get_object_or_404(self.visible(queryset), pk=pk)

    def require(self, act: Act, record: Model) -> None:
        """403 with a sentence when the act is not allowed on a record that may be seen."""
        if not self.scope.may(act, record):
            raise PermissionDenied(_("您可以查看这条记录，但您的角色不能对它进行此项操作。"))
