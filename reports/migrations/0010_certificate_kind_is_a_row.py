import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reports", "0009_certificates_by_kind")]

    # A default, so that the way back can make the column again before it is filled.
    operations = [
        migrations.AlterField("certificate", "kind", models.CharField(max_length=60, default="")),
        migrations.AlterField(
            "historicalcertificate", "kind", models.CharField(max_length=60, default="")
        ),
        migrations.RemoveField("certificate", "kind"),
        migrations.RemoveField("historicalcertificate", "kind"),
        migrations.RenameField("certificate", "certificate_kind", "kind"),
        migrations.RenameField("historicalcertificate", "certificate_kind", "kind"),
        migrations.AlterField(
            "certificate",
            "kind",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="certificates",
                to="reports.certificatekind",
                verbose_name="证件种类",
            ),
        ),
    ]
