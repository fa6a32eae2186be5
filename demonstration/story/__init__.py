"""The story: invented people, companies and requests, told by the rules of the product on a calendar of the past."""
