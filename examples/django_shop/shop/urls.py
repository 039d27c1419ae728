"""The addresses."""

from django.urls import path
from orders import views

urlpatterns = [
    path("shops/<shop_id>/orders", views.order),
    path("shops/<shop_id>/customers/<customer_id>", views.customer),
    path("shops/<shop_id>/customers/<customer_id>/data", views.export),
]
