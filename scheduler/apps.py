from django.apps import AppConfig


class SchedulerConfig(AppConfig):
    name = "scheduler"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from scheduler.sweep import queue_realtime
        from tasks import actions

        # A real-time route has no scheduler: what a person retries on it runs at once.
        actions.woken.append(lambda routes: queue_realtime())
