"""Words for the audit trail."""

from django import template

from chain.verbs import why_of, words_of

register = template.Library()
register.filter("verb_words", words_of)
register.filter("why_words", why_of)
