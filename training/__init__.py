"""Makes the trained detectors better: one recipe each, evaluation, tracking, promotion."""
