"""Trained artefacts, each with a card beside it."""
