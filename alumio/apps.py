from django.apps import AppConfig


class AlumioConfig(AppConfig):
    name = "alumio"
    default_auto_field = "django.db.models.BigAutoField"
