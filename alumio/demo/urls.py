"""Addresses of the demo: the two systems, and the button that removes it."""

from django.urls import path

from alumio.demo import views

urlpatterns = [
    path("demo/shop/products", views.Products.as_view(), name="demo-shop-products"),
    path("demo/shop/orders", views.Orders.as_view(), name="demo-shop-orders"),
    path("demo/erp/products", views.TakenProducts.as_view(), name="demo-erp-products"),
    path("demo/erp/orders", views.TakenOrders.as_view(), name="demo-erp-orders"),
    path("demo/remove/", views.Remove.as_view(), name="remove-demo"),
]
