"""The demo: a small shop and a small ERP inside the web process, and configurations that let their
records travel. All of it is marked as demo and goes away with one click.

    shop.py, erp.py      the two systems, as pure functions of the time: they keep nothing
    door.py              who may talk to them, and where they are
    views.py             the two systems by HTTP, and the button that removes the demo
    configurations.py    the settings; creation.py makes them, removal.py takes everything away
"""
