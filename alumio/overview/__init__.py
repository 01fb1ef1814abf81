"""The platform at a glance: the dashboard, the health of routes, and the map."""
