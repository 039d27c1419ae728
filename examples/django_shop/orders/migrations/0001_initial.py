"""The shop's own orders."""

from django.db import migrations, models

import orders.models


class Migration(migrations.Migration):
    """Makes the table of orders."""

    initial = True
    dependencies = ()
    operations = (
        migrations.CreateModel(
            name="Order",
            fields=[
                (
                    "id",
                    models.CharField(
                        default=orders.models.new_id,
                        editable=False,
                        max_length=32,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("shop_id", models.CharField(max_length=50)),
                ("customer_id", models.CharField(max_length=200)),
                ("product_id", models.CharField(max_length=50)),
                ("cents", models.BigIntegerField()),
                ("at", models.DateTimeField(auto_now_add=True)),
            ],
            options={"db_table": "orders"},
        ),
    )
