"""People of a bureau, the posts they hold and the certificates they have, as sheets."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from django.db.models import Q
from django.utils.translation import gettext_lazy

from reports.actions.certificates import CertificateDraft, add_certificates
from reports.actions.people import (
    AppointmentDraft,
    PersonDraft,
    appoint_many,
    create_people,
    edit_appointment,
    reasons_against_appointment,
    reasons_against_term,
)
from reports.actions.refusals import Refused
from reports.actions.sheet_imports import PersonChange, edit_people
from reports.domain.imports import SheetKind
from reports.domain.qualifications import (
    AgainstCertificate,
    Held,
    reasons_against_certificate,
)
from reports.domain.sheet_cells import NO, CellType, plain
from reports.domain.terms import Term
from reports.exchange.sheet_kinds.base import (
    Column,
    Kind,
    Place,
    Said,
    row_refused,
)
from reports.models import Appointment, Certificate, Person
from reports.models.choices import (
    AGAINST_CERTIFICATE_SENTENCES,
    PERSON_KIND_LABELS,
    PersonKind,
)

HELD = "held"


class PersonSheet(Kind):
    """The people at home in the units of a bureau."""

    kind = SheetKind.PEOPLE
    natural = ("name", "unit")
    fields = (
        Column("name", gettext_lazy("姓名"), required=True, longest=40),
        Column("unit", gettext_lazy("所在单位"), CellType.WORD, required=True, list_of="units"),
        Column(
            "kind",
            gettext_lazy("人员类别"),
            CellType.WORD,
            words=PERSON_KIND_LABELS,
            given=PersonKind.POLICE.value,
        ),
        Column("joined_on", gettext_lazy("到任日期"), CellType.DAY),
        Column("left_on", gettext_lazy("离任日期"), CellType.DAY),
    )

    def now(
        self, place: Place, keys: Sequence[int] | None = None
    ) -> Iterator[tuple[int, dict[str, str]]]:
        rows = Person.objects.standing().filter(unit__bureau=place.bureau)
        if keys is not None:
            rows = rows.filter(pk__in=keys)
        units, kind = place.lists.units.labels, self.by_name["kind"]
        columns = ("pk", "name", "unit_id", "kind", "joined_on", "left_on")
        rows = rows.order_by("unit__path", "pk").values_list(*columns)
        for pk, name, unit, code, joined, left in rows.iterator():
            yield (
                pk,
                {
                    "name": plain(name),
                    "unit": units[unit],
                    "kind": kind.word(code),
                    "joined_on": plain(joined),
                    "left_on": plain(left),
                },
            )

    def against(self, said: Said, place: Place) -> Iterable[tuple[str, str]]:
        joined, left = said.day("joined_on"), said.day("left_on")
        if left and left > place.today:
            yield "left_on", str(_LEFT_LATER)
        if joined and left and left < joined:
            yield "left_on", str(_LEFT_BEFORE)

    def add(self, rows: Sequence[Said], place: Place) -> None:
        units, kind = place.lists.units, self.by_name["kind"]
        create_people(
            [
                PersonDraft(
                    name=row.text("name"),
                    unit=units.find(row.text("unit")),
                    kind=PersonKind(kind.code(row.text("kind")) or PersonKind.POLICE),
                    joined_on=row.day("joined_on"),
                    left_on=row.day("left_on"),
                    imported_from=place.source,
                    imported_row=row.number,
                )
                for row in rows
            ],
            by=place.by,
            at=place.at,
        )

    def change(self, rows: Sequence[Said], place: Place) -> None:
        kind = self.by_name["kind"]
        edit_people(
            [
                PersonChange(
                    person_id=row.record or 0,
                    name=row.text("name"),
                    unit=row.one(place.lists.units, "unit"),
                    kind=PersonKind(kind.code(row.text("kind")) or PersonKind.POLICE),
                    joined_on=row.day("joined_on"),
                    left_on=row.day("left_on"),
                    leaves="left_on" in row.changed,
                    row=row.number,
                )
                for row in rows
            ],
            by=place.by,
            at=place.at,
            today=place.today,
        )


_LEFT_LATER = gettext_lazy("离任日期不能晚于今天。")
_LEFT_BEFORE = gettext_lazy("离任日期早于到任日期。")


class AppointmentSheet(Kind):
    """Who holds which post of the bureau's units, from when to when."""

    kind = SheetKind.APPOINTMENTS
    natural = ("person", "unit", "post", "first_day")
    fields = (
        Column(
            "person",
            gettext_lazy("姓名"),
            CellType.WORD,
            required=True,
            list_of="people",
            fixed=True,
        ),
        Column(
            "unit",
            gettext_lazy("任职单位"),
            CellType.WORD,
            required=True,
            list_of="units",
            fixed=True,
        ),
        Column(
            "post",
            gettext_lazy("岗位"),
            CellType.WORD,
            required=True,
            list_of="posts",
            fixed=True,
        ),
        Column("first_day", gettext_lazy("任职日期"), CellType.DAY, required=True),
        Column("last_day", gettext_lazy("免职日期"), CellType.DAY),
        Column("acting", gettext_lazy("主持工作"), CellType.YES_NO, given=NO),
        Column("document_number", gettext_lazy("任免文号"), longest=60),
        Column("home_unit", gettext_lazy("编制单位"), CellType.WORD, list_of="units"),
    )

    def now(
        self, place: Place, keys: Sequence[int] | None = None
    ) -> Iterator[tuple[int, dict[str, str]]]:
        rows = Appointment.objects.filter(unit__bureau=place.bureau)
        if keys is not None:
            rows = rows.filter(pk__in=keys)
        lists = place.lists
        rows = rows.select_related("person", "unit", "post", "home_unit")
        for row in rows.order_by("unit__path", "post__position", "first_day", "pk").iterator():
            yield (
                row.pk,
                {
                    "person": plain(lists.people.label(row.person)),
                    "unit": lists.units.label(row.unit),
                    "post": row.post.name,
                    "first_day": plain(row.first_day),
                    "last_day": plain(row.last_day),
                    "acting": plain(row.acting),
                    "document_number": plain(row.document_number),
                    "home_unit": plain(lists.units.label(row.home_unit)),
                },
            )

    def _draft(self, said: Said, place: Place) -> AppointmentDraft:
        lists = place.lists
        there = self._there(place).get(said.record or 0)
        return AppointmentDraft(
            person=said.one(lists.people, "person", there and there.person),
            unit=said.one(lists.units, "unit", there and there.unit),
            post=said.one(lists.posts, "post", there and there.post),
            first_day=said.day("first_day"),
            last_day=said.day("last_day"),
            acting=said.yes("acting"),
            document_number=said.text("document_number"),
            home_unit=said.one(lists.units, "home_unit", there and there.home_unit),
            imported_from=place.source,
            imported_row=said.number,
        )

    @staticmethod
    def _there(place: Place) -> dict[int, Appointment]:
        if "appointments" not in place.memory:
            rows = Appointment.objects.filter(unit__bureau=place.bureau)
            rows = rows.select_related("person", "unit", "post", "home_unit")
            place.memory["appointments"] = rows.in_bulk()
        return place.memory["appointments"]

    def against(self, said: Said, place: Place) -> Iterable[tuple[str, str]]:
        """The rules on days and kinds; no second holder in the ledger, or in an earlier row."""
        draft = self._draft(said, place)
        kinds = {kind.pk for kind in draft.post.kinds.all()} if said.record is None else set()
        reasons = reasons_against_appointment(draft, kinds=kinds)
        if HELD not in place.memory:
            held = defaultdict(dict)
            for pk, row in self._there(place).items():
                term = (Term(row.first_day, row.last_day), row.person_id, row.person.name)
                held[row.unit_id, row.post_id][pk] = term
            place.memory[HELD] = held
        others = place.memory[HELD][draft.unit.pk, draft.post.pk]
        own = said.record or -said.number
        if draft.last_day is None or draft.last_day >= draft.first_day:
            reasons += reasons_against_term(
                draft, [term for key, term in others.items() if key != own]
            )
        if not reasons:
            term = Term(draft.first_day, draft.last_day)
            others[own] = (term, draft.person.pk, draft.person.name)
        for reason in reasons:
            yield ("last_day" if draft.last_day else "first_day"), reason

    def add(self, rows: Sequence[Said], place: Place) -> None:
        appoint_many([self._draft(row, place) for row in rows], by=place.by, at=place.at)

    def change(self, rows: Sequence[Said], place: Place) -> None:
        for row in rows:
            draft = self._draft(row, place)
            try:
                edit_appointment(
                    appointment=self._there(place)[row.record or 0],
                    first_day=draft.first_day,
                    last_day=draft.last_day,
                    acting=draft.acting,
                    document_number=draft.document_number,
                    home_unit=draft.home_unit,
                    by=place.by,
                    at=place.at,
                )
            except Refused as refusal:
                raise row_refused(row.number, refusal) from refusal


class CertificateSheet(Kind):
    """Certificates of the bureau's people; what is entered is renewed or cancelled, not edited."""

    kind = SheetKind.CERTIFICATES
    natural = ("person", "kind", "number")
    only_new = gettext_lazy("证件录入后不能改：换发的请办理换发，录入有误的请作废后重新录入。")
    fields = (
        Column("person", gettext_lazy("姓名"), CellType.WORD, required=True, list_of="people"),
        Column(
            "kind",
            gettext_lazy("证件种类"),
            CellType.WORD,
            required=True,
            list_of="certificate_kinds",
        ),
        Column("number", gettext_lazy("编号"), longest=60),
        Column("issued_by", gettext_lazy("发证机关"), longest=80),
        Column("issued_on", gettext_lazy("发证日期"), CellType.DAY),
        Column("valid_until", gettext_lazy("有效期至"), CellType.DAY),
    )

    def now(
        self, place: Place, keys: Sequence[int] | None = None
    ) -> Iterator[tuple[int, dict[str, str]]]:
        rows = Certificate.objects.standing().filter(person__unit__bureau=place.bureau)
        if keys is not None:
            rows = rows.filter(pk__in=keys)
        people = place.lists.people
        rows = rows.select_related("person", "kind")
        for row in rows.order_by("person__unit__path", "person", "pk").iterator():
            yield (
                row.pk,
                {
                    "person": plain(people.label(row.person)),
                    "kind": row.kind.name,
                    "number": plain(row.number),
                    "issued_by": plain(row.issued_by),
                    "issued_on": plain(row.issued_on),
                    "valid_until": plain(row.valid_until),
                },
            )

    def against(self, said: Said, place: Place) -> Iterable[tuple[str, str]]:
        lists = place.lists
        if HELD not in place.memory:
            held = defaultdict(list)
            here = Person.objects.filter(
                Q(unit__bureau=place.bureau) | Q(appointments__unit__bureau=place.bureau)
            )
            rows = Certificate.objects.standing().filter(person__in=here.values("pk"))
            for person, kind, number, renewed in rows.values_list(
                "person_id", "kind_id", "number", "renewed_by"
            ):
                held[person].append(Held(kind, number, renewed is not None))
            place.memory[HELD] = held
        person = lists.people.find(said.text("person"))
        kind = lists.certificate_kinds.find(said.text("kind"))
        held = place.memory[HELD][person.pk]
        against = reasons_against_certificate(
            kind=kind.pk,
            expires=kind.expires,
            number=said.text("number"),
            issued_on=said.day("issued_on"),
            valid_until=said.day("valid_until"),
            today=place.today,
            held=held,
        )
        for why in against:
            yield _BLAMED.get(why, "kind"), str(AGAINST_CERTIFICATE_SENTENCES[why])
        if not against:
            held.append(Held(kind.pk, said.text("number"), is_renewed=False))

    def add(self, rows: Sequence[Said], place: Place) -> None:
        lists = place.lists
        add_certificates(
            [
                CertificateDraft(
                    person=lists.people.find(row.text("person")),
                    kind=lists.certificate_kinds.find(row.text("kind")),
                    number=row.text("number"),
                    issued_by=row.text("issued_by"),
                    issued_on=row.day("issued_on"),
                    valid_until=row.day("valid_until"),
                )
                for row in rows
            ],
            by=place.by,
            at=place.at,
            today=place.today,
        )


_BLAMED = {
    AgainstCertificate.FUTURE: "issued_on",
    AgainstCertificate.ENDS_BEFORE: "valid_until",
    AgainstCertificate.NO_END: "valid_until",
    AgainstCertificate.SAME_NUMBER: "number",
}
