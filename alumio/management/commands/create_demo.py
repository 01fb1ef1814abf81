"""`manage.py create_demo`: a demo shop and a demo ERP between which records travel."""

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from alumio import audit
from alumio.audit import Actor
from alumio.demo import creation


class Command(BaseCommand):
    help = (
        "Makes the demo: two small systems inside this platform, two routes between them and their "
        "schedules. Repeating it makes what is missing. The dashboard has a button to remove it."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing where any configuration exists"
        )

    def handle(self, if_empty, **options):
        creation.follow_the_address()
        if if_empty and creation.any_configuration():
            return
        try:
            with transaction.atomic():
                made = creation.create()
                if made:
                    audit.record(Actor.of_command(), "create-demo")
        except creation.Taken as error:
            raise CommandError(str(error)) from None
        self.stdout.write(
            "Demo: a shop and an ERP exchange products and orders; the dashboard shows them."
            if made
            else "The demo is there already."
        )
