"""Shipped model bundles."""
