"""The one kind of error an operator meets: a code, a sentence that says what is wrong, and the way out."""


class MachineTrouble(Exception):
    """
    Something the operator can mend.

    `code` is for programs, `sentence` says what is wrong and where, `remedy` what to do next.

    Examples
    --------
    >>> print(MachineTrouble("PORT_IN_USE", "Port 8000 is in use.", "./pelak up --port 8001"))
    PORT_IN_USE: Port 8000 is in use.
      -> ./pelak up --port 8001
    """

    def __init__(self, code: str, sentence: str, remedy: str = "") -> None:
        super().__init__(code, sentence, remedy)
        self.code = code
        self.sentence = sentence
        self.remedy = remedy

    def __str__(self) -> str:
        remedy = "".join(f"\n  -> {line}" for line in self.remedy.splitlines())
        return f"{self.code}: {self.sentence}{remedy}"
