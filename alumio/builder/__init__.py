"""The Route Builder: a whole integration on one screen, edited as a draft until it is saved.

A draft is an overlay: it holds only the configurations that were changed or are new, each in the
shape of `Configuration.content()`. What it does not hold is read from where it is saved, so that
opening a route changes nothing. `document` reads and changes a draft's content, `storing` stores
all of it in one transaction through the forms that pages, API and import use, `line` lays it out
as nodes, `panels` shows one node's settings.
"""
