"""Mapper: the hash of a value."""

import hashlib
import zlib

from django import forms

from transformers.kinds import Mapper
from transformers.placeholders import render
from transformers.registries import mappers

ALGORITHMS = {
    "md5": lambda data: hashlib.md5(data, usedforsecurity=False).hexdigest(),
    "sha1": lambda data: hashlib.sha1(data, usedforsecurity=False).hexdigest(),
    "sha256": lambda data: hashlib.sha256(data).hexdigest(),
    "sha384": lambda data: hashlib.sha384(data).hexdigest(),
    "sha512": lambda data: hashlib.sha512(data).hexdigest(),
    "crc32b": lambda data: f"{zlib.crc32(data):08x}",
}


@mappers.register
class Hash(Mapper):
    prototype, label = "string-hash", "Hash"
    help = "A short fingerprint of the text: the same text always has the same one."

    class Parameters(forms.Form):
        algo = forms.ChoiceField(
            choices=[(name, name) for name in ALGORITHMS],
            initial="sha256",
            label="Algorithm",
            help_text="sha256 is a good choice; md5 and sha1 are for older systems.",
        )

    def map(self, value, context):
        if value is None:
            return None
        return ALGORITHMS[self.parameters["algo"]](render(value).encode())
