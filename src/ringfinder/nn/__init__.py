"""Tensors, sampler, the LSTM and GraphSAGE hybrid, training, inference and bundles."""
