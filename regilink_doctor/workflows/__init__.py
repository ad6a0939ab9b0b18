"""What a command does, from its arguments to plain results: the only room that joins the wings."""
