"""Answers a question in Chinese or English from the graph, without a language model.

:mod:`~kg.ask.question.linker` finds the words of a question that the graph knows; :mod:`~kg.ask.question.patterns` has the
wordings of the saved queries; :mod:`~kg.ask.question.readings` compares the two; :mod:`~kg.ask.question.reply` runs the
query that fits and says the answer.
"""
