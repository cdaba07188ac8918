"""Truths typed by hand. Nothing here is ever regenerated; a change is read line by line."""
