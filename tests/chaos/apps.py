from django.apps import AppConfig


class ChaosConfig(AppConfig):
    name = "tests.chaos"
    label = "chaos"

    def ready(self):
        from tests.chaos import ends  # noqa: F401 - registers them
