"""What each rule means, for people: one text a rule, in `rules/RULE-ID.md`.

`explanation` reads a text and takes it apart, `example` has the files and commands in
it, `accepting` tells whether settings can accept a rule's findings, `pages` puts all
of it together as Markdown, `plain` makes lines for a terminal of that.
"""
