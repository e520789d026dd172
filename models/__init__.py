"""The detectors, the risk that fuses what they find, and the walk that runs them."""
