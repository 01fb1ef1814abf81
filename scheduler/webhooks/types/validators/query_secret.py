"""Validator: a secret in a parameter of the address."""

from django import forms

from scheduler.webhooks.kinds import Refused, Validator
from scheduler.webhooks.registries import validators
from scheduler.webhooks.secrets import (
    CallerSecretField,
    PreviousSecretField,
    accepted,
    same_secret,
)


@validators.register
class QuerySecret(Validator):
    prototype, label = "query-secret", "Secret in the address"
    help = (
        "The sender calls an address that ends in ?name=secret. Addresses are written into the "
        "logs of proxies: prefer a header where the sender can send one."
    )

    class Parameters(forms.Form):
        parameter = forms.CharField(label="Name of the parameter", help_text="Such as token.")
        secret = CallerSecretField(label="Secret")
        previousSecret = PreviousSecretField()

    def check(self, call):
        name = self.parameters["parameter"]
        known = accepted(self.parameters["secret"], self.parameters["previousSecret"])
        presented = call.parameters.get(name, "")
        if not presented:
            raise Refused(f"The parameter {name} is missing in the address.")
        if not same_secret(presented.encode(errors="surrogatepass"), known):
            raise Refused(f"The secret in the parameter {name} is wrong.")

    def prove(self, call):
        secret = self.parameters["secret"].read().decode(errors="surrogatepass")
        call.parameters.append((self.parameters["parameter"], secret))

    def secret_parameters(self):
        return (self.parameters["parameter"],)
