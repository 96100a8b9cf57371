"""Train the network that reads expressions from pictures of faces."""
