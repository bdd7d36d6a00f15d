"""Inquiries into an open audit: why an indicator fell short, and what customers experienced."""
