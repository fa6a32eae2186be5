"""Requests and referrals, their thread, their clock and their mails."""
