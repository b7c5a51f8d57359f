"""The helper library of a hands-on course on variational autoencoders."""
