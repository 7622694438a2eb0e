"""The first engine: people with tastes, items in communities, crowds drawn one by one."""
