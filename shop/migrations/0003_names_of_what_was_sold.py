"""Apart from the columns: PostgreSQL cannot alter a table whose rows were changed in the same transaction."""

from django.db import migrations, models


def tell_what_was_sold(apps, schema_editor):
    """Rows that pointed at a product learn its name, and whether they took units off a counted shelf."""
    product, purchase, refusal = (apps.get_model('shop', name) for name in ('Product', 'Purchase', 'PurchaseRefusal'))
    name = product.objects.filter(pk=models.OuterRef('product_id')).values('product_id')
    for rows in (purchase.objects, refusal.objects):
        rows.update(code=models.Subquery(name))
    counted = product.objects.filter(stock_remaining__isnull=False).values('pk')
    purchase.objects.filter(product__in=counted, status__in=('pending', 'success')).update(holds_stock=True)
    product.objects.filter(product_id='attendance_link', effect='inventory').update(effect='protection')


class Migration(migrations.Migration):

    dependencies = [
        ('shop', '0002_whole_shop'),
    ]

    operations = [
        migrations.RunPython(tell_what_was_sold, migrations.RunPython.noop),
    ]
