"""What people did to a drawn file, what we would change in it, and the two brought together."""
