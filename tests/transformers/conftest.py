"""Hypothesis without a deadline: how fast an example runs says nothing on a shared machine."""

from hypothesis import settings

settings.register_profile("house", deadline=None, max_examples=60)
settings.load_profile("house")
