from django.apps import AppConfig


class BuilderConfig(AppConfig):
    name = "alumio.builder"
    label = "builder"
    default_auto_field = "django.db.models.BigAutoField"
