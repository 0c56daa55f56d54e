"""The Arabic language for every stage: letters, words, numbers, calendar. Pure functions; offsets are code points."""
