"""`make mutate`: change one thing of the code at a time, and see whether a test notices.

A general tool does not fit: mutmut leaves every decorated function alone (each action is `@transaction.atomic`),
cosmic-ray starts the test run anew for each change (ten seconds of servers and migrations), neither deletes statements.
Here pytest, its servers and its database start once; each change is made in a forked child, which runs the tests that
were seen to pass through the changed line, the most particular first.
"""
