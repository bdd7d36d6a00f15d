"""Sample sizes, allocation, acceptance sampling: how much to inspect, and what that can and cannot see."""
