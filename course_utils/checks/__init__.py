"""Checks that name the mistake: the engine, then one module per lesson."""
