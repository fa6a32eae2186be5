"""The demonstration: invented people, companies and requests, told by the product's rules on a calendar of the past."""
