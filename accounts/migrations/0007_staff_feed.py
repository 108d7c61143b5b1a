import django.core.serializers.json
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_reset_code"),
    ]

    operations = [
        migrations.CreateModel(
            name="FeedItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("alert", "Alert"), ("transaction", "Transaction")], max_length=11, verbose_name="종류"
                    ),
                ),
                ("data", models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder, verbose_name="내용")),
                ("created_at", models.DateTimeField(db_index=True, verbose_name="시각")),
            ],
            options={
                "verbose_name": "운영 알림",
                "verbose_name_plural": "운영 알림",
            },
        ),
    ]
