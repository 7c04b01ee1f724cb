"""Every table of the ledger as rows, whole or of one bureau; found by asking the models.

No list of models is kept here: a new one is in the file from its first day. What is left out is
named with the reason. For one bureau, a model needs a rule that says which rows are the bureau's;
most follow from the names of its columns, the others are in ``OWNERS``.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any

from django.apps import apps
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Exists, ForeignKey, Model, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from reports.domain.ledger_file import ColumnKind
from reports.models import (
    Account,
    AgendaKind,
    DutyList,
    Indicator,
    IssuingOffice,
    Job,
    Membership,
    Person,
    ReportCall,
    ReportTemplate,
    ScheduleSet,
    StaffingRule,
    Unit,
    WaiverOrder,
)
from reports.models.evidence import PROVABLE
from reports.selectors.scope import paths_above

CHUNK = 2000
# Keys in one condition: within what every database takes.
KEYS = 500

# What no file holds, and why. The reason stands in the documentation, too.
LEFT_OUT: Mapping[str, Any] = MappingProxyType(
    {
        "reports.lastrun": _("这台服务器最近一次运行的情况，换了地方另行记录。"),
        "sessions.session": _("登录会话；换了地方须重新登录。"),
        "reports.loginsession": _("登录会话；换了地方须重新登录。"),
        "axes.accessattempt": _("登录失败后的临时锁定，几分钟后自行失效。"),
        "axes.accessattemptexpiration": _("登录失败后的临时锁定，几分钟后自行失效。"),
        "reports.auditentry": _(
            "审计日志与原库的封存链一体，换库后不能续接；原库或清理时写出的文件应至少保存180天。"
        ),
        "reports.auditseal": _("审计日志的封存链，随原库保存。"),
        "contenttypes.contenttype": _("程序自身的数据表清单，由migrate建立。"),
        "auth.permission": _("程序自身的权限代码，由migrate建立；台账按“权限”表授权。"),
        "auth.group": _("台账不使用用户组，按“权限”表授权。"),
        "auth.group_permissions": _("台账不使用用户组，按“权限”表授权。"),
        "auth.user_groups": _("台账不使用用户组，按“权限”表授权。"),
        "auth.user_user_permissions": _("台账不使用用户组，按“权限”表授权。"),
    }
)
# What belongs to the place where the ledger runs, and not to a bureau.
WHOLE_ONLY = frozenset(
    {
        "reports.job",
        "reports.backuprun",
        "admin.logentry",
        "axes.accesslog",
        "axes.accessfailurelog",
        "reports.formerpassword",
        "reports.securitysettings",
        "reports.historicalsecuritysettings",
        "otp_totp.totpdevice",
        "otp_static.staticdevice",
        "otp_static.statictoken",
    }
)
# Packs are made anew when somebody needs them.
FILES_LEFT = frozenset({(Job, "file")})


@dataclass(frozen=True, slots=True)
class Column:
    """A column as the file names it."""

    name: str
    kind: ColumnKind
    field: models.Field


@dataclass(frozen=True, slots=True)
class Table:
    """A table as the file names it."""

    name: str
    model: type[Model]
    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        """The names of its columns."""
        return [column.name for column in self.columns]


KINDS: tuple[tuple[type[models.Field], ColumnKind], ...] = (
    (models.FileField, ColumnKind.FILE),
    (models.JSONField, ColumnKind.JSON),
    (models.BooleanField, ColumnKind.BOOLEAN),
    (models.DateTimeField, ColumnKind.MOMENT),
    (models.DateField, ColumnKind.DAY),
    (models.TimeField, ColumnKind.TIME),
    (models.DecimalField, ColumnKind.DECIMAL),
    (models.UUIDField, ColumnKind.UUID),
    (models.FloatField, ColumnKind.FLOAT),
    (models.IntegerField, ColumnKind.INTEGER),
    (models.AutoField, ColumnKind.INTEGER),
    (models.CharField, ColumnKind.TEXT),
    (models.TextField, ColumnKind.TEXT),
    (models.GenericIPAddressField, ColumnKind.TEXT),
)


class UnknownKind(TypeError):
    """A column of a kind the file has no words for."""


def kind_of(of: models.Field) -> ColumnKind:
    """How the values of a column are written. Raises ``UnknownKind``."""
    if isinstance(of, ForeignKey):
        if of.related_model is ContentType:
            return ColumnKind.MODEL
        return kind_of(of.target_field)
    for kind, written in KINDS:
        if isinstance(of, kind):
            return written
    raise UnknownKind(f"{of.model._meta.label}.{of.name}: {type(of).__name__}")


@cache
def tables() -> tuple[Table, ...]:
    """Every table that a file of the whole ledger holds, by name."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        meta = model._meta
        if meta.managed and not meta.proxy and meta.label_lower not in LEFT_OUT:
            columns = tuple(
                Column(each.attname, kind_of(each), each) for each in meta.concrete_fields
            )
            found.append(Table(meta.label_lower, model, columns))
    return tuple(sorted(found, key=lambda table: table.name))


def bureau_tables() -> tuple[Table, ...]:
    """Every table that a file of one bureau holds."""
    return tuple(table for table in tables() if table.name not in WHOLE_ONLY)


def migrations_applied() -> dict[str, list[str]]:
    """The migrations of this database, by app, for the apps whose tables a file holds."""
    wanted = {table.model._meta.app_label for table in tables()}
    found = defaultdict(list)
    for app, name in sorted(MigrationRecorder(connection).applied_migrations()):
        if app in wanted:
            found[app].append(name)
    return dict(found)


def has_tables() -> bool:
    """Whether ``migrate`` has been here."""
    return Unit._meta.db_table in connection.introspection.table_names()


def filled_tables() -> list[str]:
    """The tables that hold a row already: none in a ledger that a file may be read into."""
    return [table.name for table in tables() if table.model._base_manager.exists()]


@contextmanager
def one_moment() -> Iterator[None]:
    """Everything read inside is as of one moment, while people go on working.

    On SQLite a transaction that only reads waits for nobody and nobody waits for it.
    """
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
    else:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield


# --- rows ---------------------------------------------------------------------------------------

Values = list[Any]
# Of each table its rows, in the order of its columns.
Reader = Callable[[Table], Iterator[Values]]


def _plain(table: Table) -> Callable[[Sequence[Any]], Values]:
    """Makes a row of the database one of the file: models of the program by their names."""
    named = [n for n, column in enumerate(table.columns) if column.kind == ColumnKind.MODEL]
    if not named:
        return list
    names = {
        pk: f"{app}.{model}"
        for pk, app, model in ContentType.objects.values_list("pk", "app_label", "model")
    }

    def plain(row: Sequence[Any]) -> Values:
        values = list(row)
        for n in named:
            values[n] = names.get(values[n])
        return values

    return plain


def whole_rows(table: Table) -> Iterator[Values]:
    """All rows of a table, read as a stream."""
    plain = _plain(table)
    rows = table.model._base_manager.order_by("pk").values_list(*table.names)
    for row in rows.iterator(CHUNK):
        yield plain(row)


# --- one bureau ---------------------------------------------------------------------------------

# Whose rows go with those of which of their references, where the columns alone do not tell.
OWNERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "reports.account": ("user",),
        "reports.attendance": ("meeting",),
        "reports.cut": ("form",),
        "reports.deputy": ("user",),
        "reports.discharge": ("due",),
        "reports.evidenceuse": PROVABLE,
        "reports.examinationresult": ("examination",),
        "reports.extension": ("measure", "problem"),
        "reports.lookbackitem": ("round",),
        "reports.missdecision": ("report",),
        "reports.origin": ("draft",),
        "reports.reminder": ("user",),
        "reports.reply": ("item",),
    }
)
# Rules that hold for the units below, too: those of the units above come with the bureau.
RULES = (DutyList, Indicator, ReportCall, ReportTemplate, ScheduleSet, StaffingRule)
# What gives a row its names, or is the rule it goes by: comes with whatever refers to it.
NAMES = (Unit, Person, User, AgendaKind, IssuingOffice, WaiverOrder, *RULES)


class NoRule(TypeError):
    """A model does not say which of its rows are a bureau's: ``OWNERS`` must."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Which rows of a model are a bureau's.

    ``all``: everybody's · ``bureau``, ``unit``: by that column · ``parents``: those of a row that
    is the bureau's itself · ``user``: the logins · ``history``: the entries of its own rows.
    """

    kind: str
    fields: tuple[str, ...] = ()


def references(model: type[Model]) -> list[ForeignKey]:
    """The references of a model that a file of one bureau must resolve."""
    return [
        each
        for each in model._meta.concrete_fields
        if isinstance(each, ForeignKey) and each.related_model is not ContentType
    ]


def recorded_model(model: type[Model]) -> type[Model] | None:
    """The model whose history these rows are; ``None`` for others."""
    return getattr(model, "instance_type", None) if hasattr(model, "history_type") else None


@cache
def is_everybodys(model: type[Model]) -> bool:
    """Whether no reference leads to a unit or a login: delivered words and kinds, holidays, posts.

    Who entered such a row does not count.
    """
    seen: set[type[Model]] = set()
    ahead = [model]
    while ahead:
        each = ahead.pop()
        if each is Unit or each is User or recorded_model(each) is not None:
            return False
        if each not in seen:
            seen.add(each)
            ahead += [
                to.related_model
                for to in references(each)
                if to.related_model is not User or each._meta.label_lower in OWNERS
            ]
    return True


@cache
def rule_of(model: type[Model]) -> Rule:
    """Which rows of the model are a bureau's. Raises ``NoRule``."""
    meta = model._meta
    if model is User:
        return Rule("user")
    if recorded_model(model) is not None:
        return Rule("history")
    if meta.label_lower in OWNERS:
        return Rule("parents", OWNERS[meta.label_lower])
    if meta.auto_created:
        return Rule("parents", (_source_of(model),))
    if meta.pk.name == "m2m_history_id":
        return Rule("parents", ("history",))
    if is_everybodys(model):
        return Rule("all")
    to_units = {each.name for each in references(model) if each.related_model is Unit}
    for name in ("bureau", "unit"):
        if name in to_units:
            return Rule(name)
    found = [
        each.name
        for each in references(model)
        if not each.null
        and each.related_model is not User
        and not is_everybodys(each.related_model)
    ]
    if len(found) != 1:
        raise NoRule(f"{meta.label}: {', '.join(found) or '-'}")
    return Rule("parents", tuple(found))


def _source_of(through: type[Model]) -> str:
    """The end of a many-to-many table on whose model the field stands."""
    source = through._meta.auto_created
    return next(each.name for each in references(through) if each.related_model is source)


@cache
def constrained(model: type[Model]) -> frozenset[str]:
    """The columns that a condition of the table speaks of: emptying one could break it."""
    found: set[str] = set()
    for each in model._meta.constraints:
        if isinstance(each, models.CheckConstraint):
            found |= set(_spoken_of(each.condition))
    return frozenset(found)


def _spoken_of(condition: Any) -> Iterator[str]:
    for child in getattr(condition, "children", []):
        if isinstance(child, tuple):
            yield str(child[0]).split("__")[0]
        else:
            yield from _spoken_of(child)


@dataclass
class BureauRows:
    """The rows of one bureau, by key, and of what they refer to.

    ``own`` rows come as they are. ``named`` rows lie outside, such as a unit above or a person
    who signed; they come alone, without what hangs on them.
    """

    bureau: Unit
    own: dict[type[Model], set[int]] = field(default_factory=dict)
    named: dict[type[Model], set[int]] = field(default_factory=lambda: defaultdict(set))
    # What was put among the rows and not yet asked what it refers to.
    _new: list[tuple[type[Model], set[int], bool]] = field(default_factory=list)

    def holds(self, model: type[Model], pk: int) -> bool:
        """Whether a row is of the bureau, or named by one that is."""
        return pk in self.own.get(model, ()) or pk in self.named.get(model, ())


def bureau_rows(bureau: Unit) -> BureauRows:
    """Find every row of a bureau and what they refer to, so that every reference resolves.

    Only keys and references are read, and only of the bureau; a fixed number of queries for each
    few hundred rows. A row outside the bureau is taken when one of its own could not stand
    without it; every other reference to the outside is emptied when the rows are read.
    """
    rows = BureauRows(bureau)
    for table in bureau_tables():
        _own(rows, table.model)
    rows._new += [(model, set(keys), True) for model, keys in rows.own.items()]
    while rows._new:
        _follow(rows, *rows._new.pop())
    return rows


def _batches(keys: Iterable[int]) -> Iterator[list[int]]:
    ordered = sorted(keys)
    for at in range(0, len(ordered), KEYS):
        yield ordered[at : at + KEYS]


def _keys(model: type[Model], *conditions: Q) -> set[int]:
    rows = model._base_manager.filter(*conditions).order_by().values_list("pk", flat=True)
    return set(rows.iterator(CHUNK))


def _own(rows: BureauRows, model: type[Model]) -> set[int]:
    """The keys of the rows that are the bureau's, found once."""
    if model not in rows.own:
        rows.own[model] = set()  # a tree refers to itself
        rows.own[model] = _found(rows, model)
    return rows.own[model]


def _found(rows: BureauRows, model: type[Model]) -> set[int]:
    rule = rule_of(model)
    if rule.kind == "all":
        return _keys(model)
    if rule.kind == "user":
        return _logins(rows)
    if rule.kind == "history":
        return _history(rows, model)
    if rule.kind in ("bureau", "unit"):
        return _at_units(rows, model, rule.kind)
    found: set[int] = set()
    for name in rule.fields:
        parent = model._meta.get_field(name).related_model
        for keys in _batches(_own(rows, parent)):
            found |= _keys(model, Q(**{f"{name}__in": keys}))
    return found


def _at_units(rows: BureauRows, model: type[Model], name: str) -> set[int]:
    column = model._meta.get_field(name)
    if name == "bureau":
        found = _keys(model, Q(bureau=rows.bureau.pk))
    else:
        units = set(_own(rows, Unit))
        if model in RULES:
            above = paths_above(rows.bureau.path)
            units |= set(Unit.objects.filter(path__in=above).values_list("pk", flat=True))
        found = set()
        for keys in _batches(units):
            found |= _keys(model, Q(**{f"{name}__in": keys}))
    if column.null and model is not Unit:
        # Delivered with the ledger, for everybody.
        found |= _keys(model, Q(**{f"{name}__isnull": True}))
    return found


def _logins(rows: BureauRows) -> set[int]:
    found: set[int] = set()
    for keys in _batches(_own(rows, Unit)):
        found |= set(Membership.objects.filter(unit__in=keys).values_list("user", flat=True))
        people = Person.objects.filter(unit__in=keys, user__isnull=False)
        found |= set(people.values_list("user", flat=True))
    return found


def _history(rows: BureauRows, model: type[Model]) -> set[int]:
    """The entries of the bureau's own rows, and of those of its rows that are gone."""
    of = recorded_model(model)
    assert of is not None
    key = of._meta.pk.attname
    found: set[int] = set()
    for keys in _batches(_own(rows, of)):
        found |= _keys(model, Q(**{f"{key}__in": keys}))
    rule = rule_of(of)
    if rule.kind in ("bureau", "unit") and of is not Unit:
        gone = ~Exists(of._base_manager.filter(pk=OuterRef(key)))
        if rule.kind == "bureau":
            found |= _keys(model, Q(bureau=rows.bureau.pk), gone)
        else:
            for keys in _batches(_own(rows, Unit)):
                found |= _keys(model, Q(unit__in=keys), gone)
    return found


def _must_come(rows: BureauRows, model: type[Model], each: ForeignKey, is_own: bool) -> bool:
    """Whether what a reference points to outside comes along; if not, the reference is emptied."""
    if not each.null or each.name in constrained(model):
        return True
    if not is_own:
        # The tree above a unit that is only named must stand.
        return model is Unit and each.name in ("parent", "bureau")
    return each.related_model in NAMES or _is_part_of_names(each.related_model)


@cache
def _is_part_of_names(model: type[Model]) -> bool:
    """Whether a model is a part of a rule: a schedule of a set, a section of a template."""
    rule = rule_of(model)
    if rule.kind != "parents":
        return False
    parents = [model._meta.get_field(name).related_model for name in rule.fields]
    return all(parent in RULES or _is_part_of_names(parent) for parent in parents)


def _follow(rows: BureauRows, model: type[Model], new: set[int], is_own: bool) -> None:
    """Put what new rows cannot stand without among the named ones."""
    asked = [each for each in references(model) if _must_come(rows, model, each, is_own)]
    asked = [each for each in asked if each.related_model in rows.own]
    if not asked:
        return
    wanted: dict[type[Model], set[int]] = defaultdict(set)
    names = [each.attname for each in asked]
    for keys in _batches(new):
        for values in model._base_manager.filter(pk__in=keys).values_list(*names):
            for each, value in zip(asked, values, strict=True):
                if value is not None and not rows.holds(each.related_model, value):
                    wanted[each.related_model].add(value)
    for target, keys in wanted.items():
        _name(rows, target, keys)


def _name(rows: BureauRows, model: type[Model], wanted: set[int]) -> None:
    """Take rows from outside; history may point to what is gone, which is not taken."""
    there: set[int] = set()
    for keys in _batches(wanted):
        there |= _keys(model, Q(pk__in=keys))
    there -= rows.own[model] | rows.named[model]
    if there:
        rows.named[model] |= there
        rows._new.append((model, there, False))


def rows_of_bureau(rows: BureauRows) -> Reader:
    """A reader of the tables that gives the rows of the bureau alone.

    References to what is not there are emptied. No login keeps its password, second factor or
    certificate; one from outside the bureau cannot be used; a unit outside keeps no ledger of its
    own.
    """

    def read(table: Table) -> Iterator[Values]:
        model = table.model
        changes = _changes(table)
        plain = _plain(table)
        links = [
            (n, column.field.related_model)
            for n, column in enumerate(table.columns)
            if isinstance(column.field, ForeignKey) and column.field.null
        ]
        own, named = rows.own[model], rows.named[model]
        place = table.names.index(model._meta.pk.attname)
        for keys in _batches(own | named):
            found = model._base_manager.filter(pk__in=keys).order_by("pk")
            for row in found.values_list(*table.names):
                values = plain(row)
                for n, target in links:
                    if values[n] is not None and not rows.holds(target, values[n]):
                        values[n] = None
                changes(values, values[place] in own)
                yield values

    return read


def _changes(table: Table) -> Callable[[Values, bool], None]:
    at = {name: n for n, name in enumerate(table.names)}

    def of_login(values: Values, is_own: bool) -> None:
        values[at["password"]] = UNUSABLE_PASSWORD_PREFIX
        values[at["is_superuser"]] = False
        if not is_own:
            values[at["is_active"]] = values[at["is_staff"]] = False

    def of_account(values: Values, is_own: bool) -> None:
        values[at["second_factor_since"]] = None
        values[at["certificate_name"]] = ""

    def of_unit(values: Values, is_own: bool) -> None:
        if not is_own:
            values[at["ledger_from"]] = None

    def nothing(values: Values, is_own: bool) -> None:
        return

    accounts = {Account: of_account, Account.history.model: of_account}
    return {User: of_login, Unit: of_unit, **accounts}.get(table.model, nothing)
