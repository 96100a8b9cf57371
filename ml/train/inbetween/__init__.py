"""Training of the in-betweening network: data, augmentation, masks, network, loop."""
