"""The space of member organisations: their inbox, their referrals, their team."""
