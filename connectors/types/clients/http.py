"""Client: any HTTP system."""

from django import forms

from alumio.fields import ComponentsField, GroupField, RowsField
from connectors.errors import ConnectorError
from connectors.fields import UnusedField
from connectors.http import CONNECT_SECONDS, DEADLINE_SECONDS
from connectors.kinds import Client
from connectors.registries import authentications, clients, plugins

MB = 1024 * 1024

CodeRange = type(
    "CodeRange",
    (forms.Form,),
    {
        "from": forms.IntegerField(min_value=100, max_value=999, label="From"),
        "to": forms.IntegerField(
            min_value=100, max_value=1000, label="To", help_text="Not included."
        ),
        "__module__": __name__,
    },
)


class TLS(forms.Form):
    """Alumio's switches; ALPN and NPN say nothing to us."""

    ssl_verifypeer = forms.BooleanField(required=False, initial=True, label="Check certificate")
    ssl_verifyhost = forms.BooleanField(required=False, initial=True, label="Check host name")
    ssl_verifystatus = forms.BooleanField(required=False, initial=True, label="Check status")
    ssl_enable_alpn = forms.BooleanField(required=False, initial=True, label="ALPN")
    ssl_enable_npn = forms.BooleanField(required=False, initial=True, label="NPN")


@clients.register
class GenericClient(Client):
    prototype, label = "http-client", "HTTP client"
    help = "The address, credentials and limits of a system that is talked to by HTTP."
    ignored = ("development", "connection")

    class Parameters(forms.Form):
        plugins = ComponentsField(
            plugins,
            word="plugin",
            label="Plugins",
            help_text="Add Base URI for the system's address, so that requests only name paths.",
        )
        authentications = ComponentsField(
            authentications, word="authentication", label="Authentications"
        )
        enableErrorHandling = forms.BooleanField(
            required=False,
            initial=True,
            label="Stop on errors",
            help_text="Otherwise the body of an error goes on as data.",
        )
        errorHttpCodeRanges = RowsField(
            CodeRange, label="Statuses that are errors", help_text="Empty: 400 to 599."
        )
        timeout = forms.FloatField(
            initial=DEADLINE_SECONDS,
            min_value=0.1,
            max_value=3600,
            label="Time limit of a request (s)",
            help_text="From its beginning to the last byte of the answer.",
        )
        connectTimeout = forms.FloatField(
            initial=CONNECT_SECONDS, min_value=0.1, max_value=300, label="Time to connect (s)"
        )
        maximumResponseSize = forms.IntegerField(
            initial=50, min_value=1, max_value=100_000, label="Largest answer (MB)"
        )
        followRedirects = forms.BooleanField(
            required=False, label="Follow redirects", help_text="Up to 3."
        )
        acceptCompressed = forms.BooleanField(required=False, label="Ask for compressed answers")
        ssl = GroupField(TLS, label="TLS")
        proxy = UnusedField(required=False, label="Proxy", help_text="Not supported yet.")
        httpauth = UnusedField(
            required=False, label="Credentials of curl", help_text="Use authentications instead."
        )

    def setup(self):
        self.plugins = self.parameters["plugins"]
        self.authentications = self.parameters["authentications"]
        self.ranges = [(r["from"], r["to"]) for r in self.parameters["errorHttpCodeRanges"]]

    def options(self):
        tls = self.parameters["ssl"]
        return {
            "deadline_seconds": self.parameters["timeout"],
            "connect_seconds": self.parameters["connectTimeout"],
            "max_bytes": self.parameters["maximumResponseSize"] * MB,
            "follow_redirects": self.parameters["followRedirects"],
            "compressed": self.parameters["acceptCompressed"],
            "verify": tls["ssl_verifypeer"] and tls["ssl_verifyhost"],
        }

    def prepare(self, draft, data, context, http):
        for name in ("proxy", "httpauth"):
            if self.parameters[name]:
                raise ConnectorError(
                    f"The connection sets “{name}”, which is not supported yet. Remove it"
                    + (" and use an authentication." if name == "httpauth" else ".")
                )
        super().prepare(draft, data, context, http)

    def refuses(self, status):
        if not self.parameters["enableErrorHandling"]:
            return False
        return any(low <= status < high for low, high in self.ranges or [(400, 600)])
