"""The sample data: one bureau as its annual report publishes it, and a city that does not exist."""
