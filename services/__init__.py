"""The one-stop shop: catalogue, requests, triage, referrals and the clock."""
