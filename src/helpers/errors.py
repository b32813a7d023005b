"""What a user did wrong, and what the data cannot answer; both are said in one sentence."""


class UserError(Exception):
    """A mistake that the user can mend: one line that says what, where and what to do. Exit code 2."""


class TooLittleData(Exception):
    """The data cannot support a method; the message says what it needs and what there is.

    A notebook cell under ``%%needs`` turns it into a note in the report and goes on.
    The message is a template of :func:`helpers.i18n.text`; the keywords are its values.
    """

    def __init__(self, template: str, **values):
        super().__init__(template)
        self.template, self.values = template, values

    def __str__(self) -> str:
        from helpers.i18n import text

        return text(self.template, **self.values)
