"""Channels: each proposes candidate groups from one kind of trace."""
