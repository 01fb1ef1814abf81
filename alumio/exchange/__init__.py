"""Import and export of configurations in Alumio's format: NDJSON, one object a line.

    {"$schema": …, "type": "http-client", "identifier": …, "name": …, "description": …,
     "object": {"prototype"?: …, "parameters": {…}}, "owner": null, "disabled": false}

Components stay as they are; only the names of a configuration's own settings are translated
(`kinds`). `reading` takes files apart, `importing` stores what they hold, `exporting` writes.
"""
