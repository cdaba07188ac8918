"""Independent witnesses: programs and code that share nothing with symgrad and judge what it prints."""
