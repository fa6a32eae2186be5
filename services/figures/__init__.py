"""What is counted of requests, and the public key figures."""
