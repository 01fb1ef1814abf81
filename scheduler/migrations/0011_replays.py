from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("scheduler", "0010_retry_trigger"),
    ]

    operations = [
        migrations.AlterField(
            model_name="process",
            name="job",
            field=models.CharField(
                choices=[
                    ("import", "Run incoming"),
                    ("export", "Run route"),
                    ("webhook", "Read calls"),
                    ("repair", "Repair stuck tasks"),
                    ("prune", "Remove old records"),
                    ("bulk", "Change many tasks"),
                    ("reimport", "Import one task anew"),
                    ("forget", "Forget unchanged entities"),
                    ("replay", "Replay calls"),
                ],
                max_length=8,
            ),
        ),
    ]
