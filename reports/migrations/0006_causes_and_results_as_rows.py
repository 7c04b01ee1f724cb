from django.db import migrations

# What a ledger that begins today is given (actions.beginning.lay_problem_words), as it was then.
SOURCES = (
    ("enforcement_check", "执法检查和专项整治", False, False),
    ("meeting", "会议研究", False, False),
    ("accountability", "述法", False, False),
    ("audit", "审计", True, False),
    ("correction", "纠正违法通知书", True, True),
    ("court", "司法建议", True, True),
)
THEMES = (
    ("alarms", "警情"),
    ("cases", "案件"),
    ("premises", "场所"),
    ("property", "物品"),
    ("files", "卷宗"),
)
CAUSES = (
    ("rules", "制度机制"),
    ("responsibility", "责任落实"),
    ("skill", "能力素质"),
    ("supervision", "监督管理"),
    ("means", "保障条件"),
    ("outside", "外部环境"),
    ("other", "其他原因"),
)
RULES = (("at_once", 7, []), ("dated", 30, ["material"]), ("standing", 90, []))


def carry_over(apps, schema_editor):
    """Causes become rows, a later check that failed says so, what stands above items follows them.

    A ledger that has begun is given the words that a new one begins with.
    """
    Problem = apps.get_model("reports", "Problem")
    ProblemCause = apps.get_model("reports", "ProblemCause")
    told = Problem.objects.exclude(cause="").order_by("pk").values_list("pk", "cause")
    ProblemCause.objects.bulk_create(
        (ProblemCause(problem_id=pk, text=text) for pk, text in told.iterator()), batch_size=1000
    )
    begun = apps.get_model("reports", "HistoricalProblemCause")
    causes = ProblemCause.objects.select_related("problem").order_by("pk")
    begun.objects.bulk_create(
        (
            begun(
                id=cause.pk,
                problem_id=cause.problem_id,
                text=cause.text,
                position=cause.position,
                history_type="+",
                history_date=cause.problem.recorded_at,
                history_user_id=cause.problem.recorded_by_id,
            )
            for cause in causes.iterator()
        ),
        batch_size=1000,
    )
    apps.get_model("reports", "LookBack").objects.filter(passed=False).update(result="relapsed")
    items = Problem.objects.filter(counts=True, cancelled_at__isnull=True)
    above = set(items.filter(parent__isnull=False).values_list("parent", flat=True))
    while above:
        Problem.objects.filter(pk__in=above).update(follows=True)
        further = Problem.objects.filter(pk__in=above, parent__follows=False)
        above = set(further.filter(cancelled_at__isnull=True).values_list("parent", flat=True))
    if apps.get_model("reports", "Unit").objects.exists():
        lay_words(apps)


def lay_words(apps):
    """Only what is not there under its code or its name."""
    source = apps.get_model("reports", "ProblemSource")
    for position, (code, name, above, reply) in enumerate(SOURCES, 1):
        if not (source.objects.filter(code=code) | source.objects.filter(name=name)).exists():
            source.objects.create(
                code=code,
                name=name,
                raised_from_above=above,
                wants_reply=reply,
                position=500 + position * 10,
            )
    source.objects.filter(code="procuratorate").update(wants_reply=True)
    for model, rows in (("ProblemTheme", THEMES), ("CauseKind", CAUSES)):
        apps.get_model("reports", model).objects.bulk_create(
            apps.get_model("reports", model)(code=code, name=name, position=position * 10)
            for position, (code, name) in enumerate(rows, 1)
        )
    apps.get_model("reports", "ProblemRule").objects.bulk_create(
        apps.get_model("reports", "ProblemRule")(
            kind=kind, no_movement_days=days, expected_evidence=proof
        )
        for kind, days, proof in RULES
    )


class Migration(migrations.Migration):
    dependencies = [("reports", "0005_loop_of_problems")]

    operations = [migrations.RunPython(carry_over, migrations.RunPython.noop)]
