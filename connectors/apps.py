from django.apps import AppConfig


class ConnectorsConfig(AppConfig):
    name = "connectors"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from connectors import checks, registries  # noqa: F401 (the checks register themselves)
        from connectors.saved import saved_client, saved_clients

        registries.load_types()
        registries.clients.saved = saved_client
        registries.clients.saved_choices = saved_clients
