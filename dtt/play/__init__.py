"""Players of the programme: the demo, the pipeline and the tests make their scenes with these.

Every scene is made by the verbs that the pages call, with the clock as an argument.
"""
