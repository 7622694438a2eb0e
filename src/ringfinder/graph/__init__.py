"""The entity graph: users and what they touch, as CSR arrays."""
