"""Decides what may be built on a lot: plain Python, arrays of lots in, findings with their proof out."""

ENGINE_VERSION = "1.2.6"
