"""Owns the page on which a person allows an application, as each network shows one of its own; plain on purpose."""

from __future__ import annotations

from collections.abc import Sequence

from sandbox.markup import STYLES, esc
from sandbox.records import Account


def consent_page(application: str, scope: str, accounts: Sequence[Account], *, may_refuse: bool = False) -> str:
    """A form that posts to its own address: `account` is the handle that was chosen, `refuse` is there on a no."""
    options = "".join(
        f'<label><input type="radio" name="account" value="{esc(account.handle)}"{"" if at else " checked"}>'
        f" <bdi>{esc(account.display_name)}</bdi> <bdi>@{esc(account.handle)}</bdi></label>"
        for at, account in enumerate(accounts)
    )
    no = '<button class="btn" name="refuse" value="1">الرفض</button>' if may_refuse else ""
    return (
        '<!doctype html><html lang="ar" dir="rtl"><head><meta charset="utf-8"><title>السماح للتطبيق</title>'
        f'<meta name="viewport" content="width=device-width">{STYLES}</head>'
        f'<body><main class="sheet"><h1>السماح للتطبيق <bdi>{esc(application)}</bdi></h1>'
        f'<p>يطلب: <bdi class="ltr">{esc(scope)}</bdi></p><form method="post" class="stack">{options}'
        f'<button class="btn">السماح</button>{no}</form></main></body></html>'
    )
