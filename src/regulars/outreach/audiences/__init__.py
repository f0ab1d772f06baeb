"""Audiences: nested conditions as a document, compiled to one statement."""
