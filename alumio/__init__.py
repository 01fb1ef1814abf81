"""The ground that all apps stand on: components, configurations, states, users and keys."""
