"""A source, a target and a step for workers in processes of their own.

The source counts; the target writes each delivery to a file, one line at once, so that what was
delivered is known however the worker ends.
"""

import os
import time

from django import forms

from connectors.kinds import Page, Publisher, Result, Subscriber
from connectors.registries import publishers, subscribers
from transformers.kinds import EntityTransformer
from transformers.registries import entity_transformers

# Both the tests' process and the workers load this module, under whatever name.
if "counting-source" not in subscribers:

    @subscribers.register
    class CountingSource(Subscriber):
        """Where `barrier` is the path of a file, it gives nothing while there is that file."""

        prototype, label, help = "counting-source", "Counting source", "Numbers, in pages."

        class Parameters(forms.Form):
            records = forms.IntegerField()
            page_size = forms.IntegerField()
            pause = forms.FloatField()
            barrier = forms.CharField(required=False)

        def subscribe(self, context, cursor=None):
            of = self.parameters
            while of["barrier"] and os.path.exists(of["barrier"]):
                time.sleep(0.02)
            for start in range(cursor or 0, of["records"], of["page_size"]):
                time.sleep(of["pause"])
                end = min(start + of["page_size"], of["records"])
                yield Page(({"sku": number} for number in range(start, end)), start)

    @publishers.register
    class FileTarget(Publisher):
        prototype, label, help = "file-target", "File target", "A line for each delivery."

        class Parameters(forms.Form):
            path = forms.CharField()
            pause = forms.FloatField()
            deadly = forms.IntegerField(required=False)

        def setup(self):
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
            self.file = os.open(self.parameters["path"], flags)

        def publish(self, entity, context):
            sku = entity.data["sku"]
            line = f"{context.scope['idempotency_key']} {sku} {os.getpid()}\n"
            os.write(self.file, line.encode())
            if sku == self.parameters["deadly"]:
                os._exit(9)
            time.sleep(self.parameters["pause"])
            return Result(True, "Delivered.")

        def close(self):
            os.close(self.file)

    @entity_transformers.register
    class DeadlyStep(EntityTransformer):
        prototype, label, help = "deadly-step", "Deadly step", "Ends the worker at once."

        def apply(self, entity, context):
            os._exit(9)
