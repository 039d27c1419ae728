"""What the shop keeps itself."""

from uuid import uuid4

from django.db import models


def new_id() -> str:
    """Return an id that nobody has."""
    return uuid4().hex


class Order(models.Model):
    """An order of one product."""

    id = models.CharField(primary_key=True, max_length=32, default=new_id, editable=False)
    shop_id = models.CharField(max_length=50)
    customer_id = models.CharField(max_length=200)
    product_id = models.CharField(max_length=50)
    cents = models.BigIntegerField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """The name of the table."""

        db_table = "orders"

    def __str__(self) -> str:
        return f"order {self.id}"
