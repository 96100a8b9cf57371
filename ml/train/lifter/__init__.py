"""Training of the lifter: performances, bodies, cameras, the detector's noise."""
