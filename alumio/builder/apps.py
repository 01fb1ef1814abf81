from django.apps import AppConfig


class BuilderConfig(AppConfig):
    name = "alumio.builder"
    label = "builder"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from alumio.builder.models import Draft
        from routes import views

        views.drafted.append(Draft.changed_by)
