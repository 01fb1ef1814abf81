from django.apps import AppConfig


class TasksConfig(AppConfig):
    name = "tasks"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from routes import views
        from tasks.sizes import data_of

        views.told.append(data_of)
