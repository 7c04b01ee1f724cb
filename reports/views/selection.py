"""What a list was opened for: the unit, schedule … named in the address by its key."""

from dataclasses import dataclass
from typing import ClassVar

from django.db.models import Model
from django.http import Http404
from django.utils.functional import cached_property

from reports.models import Unit
from reports.selectors.places import Under
from reports.selectors.scope import CONDITIONS


@dataclass(frozen=True, slots=True)
class Chosen:
    """One chosen record, with the address part that names it."""

    part: str
    label: str
    name: str
    record: Model | None = None


class SelectionMixin:
    """``selections``: address part → (model, label). What is outside the scope does not exist."""

    selections: ClassVar[dict[str, tuple[type[Model], object]]] = {}

    @cached_property
    def keys(self) -> dict[str, int]:
        found = {}
        for part in self.selections:
            if typed := self.request.GET.get(part, ""):
                if not typed.isascii() or not typed.isdigit() or len(typed) > 15:
                    raise Http404
                found[part] = int(typed)
        return found

    @cached_property
    def chosen(self) -> list[Chosen]:
        """The chosen records by name; one query each."""
        found = []
        for part, key in self.keys.items():
            model, label = self.selections[part]
            rows = model.objects.all()
            if model in CONDITIONS:
                rows = self.visible(rows)
            record = rows.filter(pk=key).first()
            if record is None:
                raise Http404
            found.append(Chosen(part, str(label), str(record), record))
        return found

    @cached_property
    def under(self) -> Under | None:
        """The unit above the bureaus that the address names, where the list takes one."""
        unit = next((each.record for each in self.chosen if each.part == "under"), None)
        if not isinstance(unit, Unit):
            return None
        return Under(unit.pk, unit.label, unit.path, unit.path_end)

    @property
    def record_keys(self) -> dict[str, int]:
        """The keys of records that rows name; the range of a unit above is no column."""
        return {part: key for part, key in self.keys.items() if part != "under"}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"chosen": self.chosen}


def ticked(request, part: str) -> bool:
    """Whether the address ticks the box, as a form or as a link writes it."""
    return request.GET.get(part, "") in {"on", "1", "true", "True"}
