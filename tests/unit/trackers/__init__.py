"""What is tracked beside interfaces."""
