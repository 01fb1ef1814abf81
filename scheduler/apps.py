from django.apps import AppConfig


class SchedulerConfig(AppConfig):
    name = "scheduler"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from scheduler import bulk_actions
        from scheduler.forgetting import queue_forgetting
        from scheduler.reimports import queue_reimport
        from scheduler.revisions import of_processes
        from scheduler.sweep import queue_retried
        from scheduler.webhooks.registries import load_types
        from tasks import actions, forgetting, reimport, revisions

        load_types()
        # A real-time route has no scheduler: what a person retries on it runs at once.
        actions.woken.append(queue_retried)
        actions.in_background.append(bulk_actions.enqueue)
        forgetting.in_background.append(queue_forgetting)
        reimport.queued.append(queue_reimport)
        revisions.noted.append(of_processes)
