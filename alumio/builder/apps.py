from django.apps import AppConfig


class BuilderConfig(AppConfig):
    name = "alumio.builder"
    label = "builder"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from alumio.builder import telling
        from alumio.builder.models import Draft
        from routes import views
        from transformers.registries import entity_transformers

        views.drafted.append(Draft.changed_by)
        entity_transformers.told = telling.in_short
