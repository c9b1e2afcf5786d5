"""The folder: reading it, what it means now or at a revision, keeping that in a cache, and changing it."""
