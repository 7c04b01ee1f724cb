"""The kinds of certificates become rows; titles get the letters they are found by."""

from django.db import migrations
from django.db.models import Q
from pypinyin import Style, lazy_pinyin

# How what was typed by hand tells its group.
GROUPS = (
    ("执法证", "enforcement"),
    ("执法资格", "police_level"),
    ("法律职业", "national"),
    ("司法考试", "national"),
)


def group_of(name):
    return next((group for word, group in GROUPS if word in name), "other")


def letters(title):
    parts = lazy_pinyin(title, style=Style.FIRST_LETTER, errors=lambda text: list(text))
    return "".join(part for part in parts if part.isalnum()).lower()[:200]


def give_rows(apps, schema_editor):
    kinds = apps.get_model("reports", "CertificateKind")
    made = {}
    for name in ("Certificate", "HistoricalCertificate"):
        rows = apps.get_model("reports", name).objects
        for text in rows.order_by("kind").values_list("kind", flat=True).distinct():
            if text not in made:
                made[text] = kinds.objects.create(
                    code=f"kept_{len(made) + 1}",
                    name=text,
                    group=group_of(text),
                    position=900 + len(made),
                )
            rows.filter(kind=text).update(certificate_kind=made[text])
    for name in ("Meeting", "Problem", "Measure"):
        rows = apps.get_model("reports", name).objects
        changed = []
        for row in rows.filter(initials="").only("pk", "title").iterator(chunk_size=2000):
            row.initials = letters(row.title)
            changed.append(row)
        rows.bulk_update(changed, ["initials"], batch_size=500)


def take_rows(apps, schema_editor):
    for name in ("Certificate", "HistoricalCertificate"):
        rows = apps.get_model("reports", name).objects
        for row in rows.exclude(Q(certificate_kind=None)).select_related("certificate_kind"):
            row.kind = row.certificate_kind.name
            row.save(update_fields=["kind"])


class Migration(migrations.Migration):
    dependencies = [("reports", "0008_who_answers")]

    operations = [migrations.RunPython(give_rows, take_rows)]
