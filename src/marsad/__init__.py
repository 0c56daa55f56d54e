"""Marsad (مرصد): a self-hosted observatory for Arabic news."""

__version__ = "0.1.0"
