from django.db import migrations, models

TRIGGERS = [
    ("schedule", "Schedule"),
    ("person", "Person"),
    ("api", "API"),
    ("command", "Command line"),
    ("webhook", "Webhook"),
    ("realtime", "Real-time"),
    ("retry", "Retry"),
    ("resume", "Resumed after a loss"),
]


class Migration(migrations.Migration):
    dependencies = [("scheduler", "0009_webhooks")]

    operations = [
        migrations.AlterField(
            model_name="process",
            name="trigger",
            field=models.CharField(choices=TRIGGERS, max_length=8),
        ),
    ]
