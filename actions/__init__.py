"""The case log: officers, questions asked, and the events that record every write."""
