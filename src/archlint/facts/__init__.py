"""One module in, plain values out."""
