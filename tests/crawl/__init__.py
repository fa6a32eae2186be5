"""The crawl: what every address answers to every role, written down, so that two trees can be compared.

`python -m tests.crawl record FILE` plays the world of the tests on a day that stands still: every address read by every
role, every act played and taken back with the mails that it posts, the pages of the book in both languages, every mail
of a request. `python -m tests.crawl compare BEFORE AFTER` prints what differs. Tokens, seals, codes and keys are drawn
anew each time and become placeholders; dates stay, since the day is the same.
"""
