from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('shop', '0003_names_of_what_was_sold'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='purchaserefusal',
            name='product',
        ),
    ]
