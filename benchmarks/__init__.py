"""How fast the main job is, absolutely and against a bare script that does the same work.

`make bench` runs `python -m benchmarks`; `--help` lists what can be chosen.
"""
