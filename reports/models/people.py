from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from .base import Cancellable, Imported, ends_after_it_begins
from .choices import CERTIFICATE_GROUP_LABELS, PERSON_KIND_LABELS, PersonKind, labelled

# Capacities that pages know by their code; every other post is data alone.
FIRST_PERSON = "first_person"
REVIEWERS = ("full_reviewer", "part_reviewer")


class PersonQuerySet(models.QuerySet):
    def standing(self):
        """Without the entries that were merged into another."""
        return self.filter(merged_into__isnull=True)

    def for_list(self):
        return self.select_related("unit", "unit__bureau").order_by("unit__path", "pk")


class Person(Imported):
    """Someone who may answer for something; need not have a login."""

    name = models.CharField(_("姓名"), max_length=40)
    unit = models.ForeignKey(
        "Unit", models.PROTECT, related_name="people", verbose_name=_("所在单位")
    )
    kind = models.CharField(
        _("人员类别"),
        max_length=12,
        choices=labelled(PERSON_KIND_LABELS),
        default=PersonKind.POLICE.value,
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="person",
        verbose_name=_("登录账号"),
    )
    joined_on = models.DateField(
        _("到任日期"), null=True, blank=True, help_text=_("到本单位的日期；留空表示一直在。")
    )
    left_on = models.DateField(
        _("离任日期"), null=True, blank=True, help_text=_("调出、退休等；旧记录仍保留其姓名。")
    )
    initials = models.CharField(_("拼音首字母"), max_length=80, blank=True, editable=False)
    # Entered twice: the other entry has everything now, and this address leads there.
    merged_into = models.ForeignKey(
        "Person",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="merged_from",
        verbose_name=_("已并入"),
    )

    objects = PersonQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["initials"])

    class Meta:
        verbose_name = _("人员")
        verbose_name_plural = pgettext_lazy("several", "人员")
        constraints = [
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")),
                name="person_is_not_merged_into_itself",
            )
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("reports:person-detail", args=[self.pk])


class Post(models.Model):
    """What someone holds in a unit: a post, or a capacity such as legal reviewer. Data."""

    code = models.SlugField(_("代码"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=60, unique=True)
    is_capacity = models.BooleanField(
        _("责任身份"), default=False, help_text=_("如第一责任人、法制员；职务本身不勾选。")
    )
    single_holder = models.BooleanField(_("同时只有一人"), default=True)
    must_be_filled = models.BooleanField(_("必须配备"), default=False)
    kinds = models.ManyToManyField(
        "UnitKind", blank=True, related_name="posts", verbose_name=_("适用单位类别")
    )
    heads_unit = models.BooleanField(
        _("单位主要负责人"), default=False, help_text=_("如局长、大队长、所长。")
    )
    is_full_time = models.BooleanField(
        _("专职岗位"), default=False, help_text=_("如专职法制员；由单位主要负责人担任的会提示。")
    )
    reviews_decisions = models.BooleanField(
        _("从事处罚决定法制审核"),
        default=False,
        help_text=_("初次从事的须取得国家统一法律职业资格，未取得的会提示。"),
    )
    qualifications = models.ManyToManyField(
        "CertificateKind",
        blank=True,
        related_name="posts",
        verbose_name=_("任职资格"),
        help_text=_("具备其中一项即可；不选表示没有要求。"),
    )
    duties = models.TextField(_("职责清单"), blank=True, help_text=_("每行一项。"))
    position = models.PositiveIntegerField(_("排序"), default=0)

    history = HistoricalRecords(m2m_fields=[kinds, qualifications])

    class Meta:
        verbose_name = _("岗位")
        verbose_name_plural = pgettext_lazy("several", "岗位")

    def __str__(self):
        return self.name


class AppointmentQuerySet(models.QuerySet):
    def in_office_on(self, day):
        return self.filter(Q(last_day__isnull=True) | Q(last_day__gte=day), first_day__lte=day)

    def for_list(self):
        return self.select_related("person", "unit", "post").order_by(
            "unit__path", "post__position", "-first_day", "pk"
        )


class Appointment(Imported):
    """A person holds a post in a unit from one day to another."""

    person = models.ForeignKey(
        "Person", models.PROTECT, related_name="appointments", verbose_name=_("人员")
    )
    unit = models.ForeignKey(
        "Unit", models.PROTECT, related_name="appointments", verbose_name=_("任职单位")
    )
    post = models.ForeignKey(
        "Post", models.PROTECT, related_name="appointments", verbose_name=_("岗位")
    )
    first_day = models.DateField(_("任职日期"))
    last_day = models.DateField(
        _("免职日期"), null=True, blank=True, help_text=_("在任的留空；填最后一日。")
    )
    acting = models.BooleanField(_("主持工作"), default=False)
    document_number = models.CharField(_("任免文号"), max_length=60, blank=True)
    home_unit = models.ForeignKey(
        "Unit",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="seconded",
        verbose_name=_("编制单位"),
        help_text=_("派驻人员填写其编制所在单位；不派驻的留空。"),
    )
    # A copy of the post's flag: the condition of a constraint cannot look into another table.
    single_holder = models.BooleanField(default=True, editable=False)

    objects = AppointmentQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("任职")
        verbose_name_plural = pgettext_lazy("several", "任职")
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__isnull=True) | Q(last_day__gte=F("first_day")),
                name="appointment_ends_after_it_begins",
                violation_error_message=_("免职日期早于任职日期。"),
            ),
            models.UniqueConstraint(
                fields=["unit", "post"],
                condition=Q(last_day__isnull=True, single_holder=True),
                name="appointment_one_open_per_single_holder_post",
                violation_error_message=_("该岗位已有在任人员，请先填写前任的免职日期。"),
            ),
            models.UniqueConstraint(
                fields=["unit", "post", "person", "first_day"],
                name="appointment_once_per_first_day",
                violation_error_message=_("该人员同日任同一岗位的记录已存在。"),
            ),
        ]

    def __str__(self):
        return f"{self.unit} · {self.post} · {self.person}"


class CertificateKind(models.Model):
    """What a person may hold: enforcement certificate, police level … Data."""

    code = models.SlugField(_("代码"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=60, unique=True)
    group = models.CharField(
        _("类别"), max_length=12, choices=labelled(CERTIFICATE_GROUP_LABELS), default="other"
    )
    expires = models.BooleanField(_("有有效期"), default=False)
    position = models.PositiveIntegerField(_("排序"), default=0)

    class Meta:
        verbose_name = _("证件种类")
        verbose_name_plural = pgettext_lazy("several", "证件种类")

    def __str__(self):
        return self.name


class CertificateQuerySet(models.QuerySet):
    def standing(self):
        return self.filter(cancelled_at__isnull=True)

    def valid_on(self, day):
        return self.standing().filter(
            Q(issued_on__isnull=True) | Q(issued_on__lte=day),
            Q(valid_until__isnull=True) | Q(valid_until__gte=day),
        )


class Certificate(Cancellable):
    """A certificate of a person: enforcement certificate, police or national qualification."""

    person = models.ForeignKey(
        "Person", models.CASCADE, related_name="certificates", verbose_name=_("人员")
    )
    kind = models.ForeignKey(
        "CertificateKind",
        models.PROTECT,
        related_name="certificates",
        verbose_name=_("证件种类"),
    )
    number = models.CharField(_("编号"), max_length=60, blank=True)
    issued_by = models.CharField(_("发证机关"), max_length=80, blank=True)
    issued_on = models.DateField(_("发证日期"), null=True, blank=True)
    valid_until = models.DateField(_("有效期至"), null=True, blank=True)
    renews = models.OneToOneField(
        "Certificate",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="renewed_by",
        verbose_name=_("换发自"),
    )

    objects = CertificateQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta(Cancellable.Meta):
        verbose_name = _("证件")
        verbose_name_plural = pgettext_lazy("several", "证件")
        indexes = [models.Index(fields=["valid_until"], name="certificate_expiring")]
        constraints = [
            *Cancellable.Meta.constraints,
            ends_after_it_begins(
                "issued_on",
                "valid_until",
                "certificate_expires_after_issue",
                _("有效期早于发证日期。"),
            ),
        ]

    def __str__(self):
        return f"{self.kind} {self.number}".strip()


class Examination(Cancellable):
    """An examination held in a unit, with how many took part and how many passed."""

    unit = models.ForeignKey(
        "Unit", models.PROTECT, related_name="examinations", verbose_name=_("单位")
    )
    name = models.CharField(_("考试名称"), max_length=100)
    subject = models.CharField(_("科目"), max_length=100, blank=True)
    held_on = models.DateField(_("考试日期"))
    pass_mark = models.DecimalField(
        _("合格线"), max_digits=5, decimal_places=1, null=True, blank=True
    )
    participants = models.PositiveIntegerField(_("参考人数"))
    passed = models.PositiveIntegerField(_("合格人数"))

    history = HistoricalRecords()

    class Meta(Cancellable.Meta):
        verbose_name = _("考试")
        verbose_name_plural = pgettext_lazy("several", "考试")
        constraints = [
            *Cancellable.Meta.constraints,
            models.CheckConstraint(
                condition=Q(passed__lte=F("participants")),
                name="examination_passed_at_most_participants",
                violation_error_message=_("合格人数不能多于参考人数。"),
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("reports:examination-detail", args=[self.pk])


class ExaminationResult(models.Model):
    """How one person did; where results are entered, the numbers of the examination follow them."""

    examination = models.ForeignKey(
        "Examination", models.CASCADE, related_name="results", verbose_name=_("考试")
    )
    person = models.ForeignKey(
        "Person", models.PROTECT, related_name="examination_results", verbose_name=_("人员")
    )
    score = models.DecimalField(_("成绩"), max_digits=5, decimal_places=1, null=True, blank=True)
    passed = models.BooleanField(_("合格"))

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("考试成绩")
        verbose_name_plural = pgettext_lazy("several", "考试成绩")
        constraints = [
            models.UniqueConstraint(
                fields=["examination", "person"],
                name="examinationresult_once_per_person",
                violation_error_message=_("该人员的成绩已录入。"),
            )
        ]

    def __str__(self):
        return f"{self.examination_id} {self.person_id}"


class StaffingRule(models.Model):
    """How many holders of which posts a unit of a kind and grade must have (配备标准)."""

    unit = models.ForeignKey(
        "Unit",
        models.PROTECT,
        related_name="staffing_rules",
        verbose_name=_("制定单位"),
        help_text=_("对该单位及其下级单位适用；离被考核单位最近的标准优先。"),
    )
    kind = models.ForeignKey(
        "UnitKind", models.PROTECT, related_name="staffing_rules", verbose_name=_("适用单位类别")
    )
    grade = models.CharField(
        _("等级"), max_length=20, blank=True, help_text=_("如：一类；留空适用于其余各等级。")
    )
    posts = models.ManyToManyField(
        "Post",
        related_name="staffing_rules",
        verbose_name=_("岗位"),
        help_text=_("任一岗位均可计入，如“至少兼职”同时选专职和兼职。"),
    )
    at_least = models.PositiveSmallIntegerField(_("至少人数"), default=1)
    basis = models.CharField(_("依据"), max_length=200, blank=True)
    first_day = models.DateField(_("起"))
    last_day = models.DateField(_("止"), null=True, blank=True)

    history = HistoricalRecords(m2m_fields=[posts])

    class Meta:
        verbose_name = _("配备标准")
        verbose_name_plural = pgettext_lazy("several", "配备标准")
        constraints = [
            ends_after_it_begins(
                "first_day",
                "last_day",
                "staffingrule_ends_after_it_begins",
                _("截止日期早于起始日期。"),
            ),
            models.CheckConstraint(
                condition=Q(at_least__gte=1),
                name="staffingrule_asks_for_someone",
                violation_error_message=_("至少人数应为1人以上。"),
            ),
        ]

    def __str__(self):
        return f"{self.kind}{self.grade} ≥ {self.at_least}"
