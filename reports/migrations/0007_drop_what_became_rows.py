from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("reports", "0006_causes_and_results_as_rows")]

    operations = [
        migrations.RemoveField(model_name="historicalproblem", name="cause"),
        migrations.RemoveField(model_name="lookback", name="passed"),
        migrations.RemoveField(model_name="problem", name="cause"),
    ]
