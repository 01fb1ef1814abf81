from django.apps import AppConfig


class TransformersConfig(AppConfig):
    name = "transformers"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from transformers import registries
        from transformers.saved import saved_transformer, saved_transformers

        registries.load_types()
        registries.entity_transformers.saved = saved_transformer
        registries.entity_transformers.saved_choices = saved_transformers
