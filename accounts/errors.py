"""What a verb raises when it must not act."""


class Refused(Exception):
    """A verb did nothing. The text is for the person who asked, in their language.

    Each domain module derives its own `UnableTo…`; the edges show the text and change nothing.
    """
