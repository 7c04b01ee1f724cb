"""What the work is: rules as values and pure functions, without framework, files or clock."""
