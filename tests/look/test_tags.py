"""Every component renders in Arabic, right to left where it must, and says in words what it draws."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from django.template import Context, Template
from django.utils import timezone, translation

from library.scripture import passage

pytestmark = pytest.mark.usefixtures("_in_arabic")


@dataclass(frozen=True)
class Row:
    state: str

    def get_state_display(self) -> str:
        return "غير مؤكَّد"


@pytest.fixture
def _in_arabic() -> Any:
    with translation.override("ar"), timezone.override("Africa/Casablanca"):
        yield


def drawn(source: str, **context: Any) -> str:
    return Template(source).render(Context(context))


def test_a_state_is_a_shape_and_a_word() -> None:
    assert drawn("{% state row %}", row=Row("unconfirmed")) == (
        '<span class="state is-unconfirmed"><i aria-hidden="true"></i>غير مؤكَّد</span>'
    )


def test_a_state_without_a_shape_is_refused() -> None:
    with pytest.raises(KeyError):
        drawn("{% state row %}", row=Row("unheard_of"))


def test_a_thread_has_six_points_and_says_where_it_stands() -> None:
    html = drawn('{% thread "done done now" label="عند التوقيع" caption="ينتظر" %}')
    assert html.count("<i class=") == 6
    assert html.count("k-todo") == 3
    assert 'aria-label="عند التوقيع"' in html
    assert "ينتظر" in html


def test_a_chain_shows_its_links_in_order_with_the_initial_of_who_signed() -> None:
    links = [
        {"state": "done", "kind": "الشبهة", "what": "دعوى"},
        {"state": "signed", "kind": "المراجعة العلمية", "what": "وقّعتها", "who": "د. مريم", "initial": "م"},
    ]
    html = drawn("{% chain links %}", links=links)
    assert html.index("الشبهة") < html.index("المراجعة العلمية")
    assert 'aria-hidden="true">م</span>' in html
    assert 'aria-label="سلسلة الإسناد"' in html


def test_a_verse_is_locked_right_to_left_and_byte_for_byte_in_every_language() -> None:
    verse = passage(29, 69)
    for language in ("ar", "fr", "en"):
        with translation.override(language):
            html = drawn("{% scripture verse %}", verse=verse)
        assert verse.text in html
        assert '<blockquote class="ayah" lang="ar" dir="rtl">' in html
        assert "٦٩" in html
    assert "سورة العنكبوت" in drawn("{% scripture verse %}", verse=verse)
    assert "برواية" in drawn("{% scripture verse %}", verse=verse)


def test_a_passage_names_its_first_and_last_verse() -> None:
    html = drawn("{% scripture verse %}", verse=passage(2, 255, 256))
    assert "الآيات من 255 إلى 256" in html
    assert "٢٥٦" in html


def test_an_unknown_figure_is_written_and_never_a_zero() -> None:
    html = drawn('{% figure views reason="نعيد السؤال غدًا" %}', views=None)
    assert "لم تُبلِّغ المنصة" in html
    assert "نعيد السؤال غدًا" in html
    assert "0" not in html


def test_a_zero_that_was_reported_is_a_zero() -> None:
    assert drawn("{% figure views %}", views=0) == '<span class="num">0</span>'


def test_a_percentage_keeps_its_sign_after_its_number_in_arabic() -> None:
    assert drawn("{{ share|percent }}", share=0.312) == "31.2\u200e%\u200e"


def test_figures_use_western_digits_and_the_separators_of_the_language() -> None:
    assert drawn("{{ n|number }}", n=312480) == "312,480"
    with translation.override("fr"):
        assert drawn("{{ n|number }}", n=312480) == "312\u202f480"
        assert drawn("{{ share|percent }}", share=0.039) == "3,9\u202f%"


def test_a_network_mark_keeps_its_name_for_screen_readers() -> None:
    html = drawn('{% brand "somewhere" label="اسم" quiet=True %}')
    assert '<span class="sr">اسم</span>' in html


def test_a_name_that_could_leave_the_folder_of_marks_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\.\./secret"):
        drawn('{% icon "../secret" %}')


def test_both_dates_stand_together_in_the_zone_of_the_campaign() -> None:
    moment = datetime(2027, 2, 4, 23, 30, tzinfo=UTC)
    html = drawn("{% both_dates moment time=True year=True %}", moment=moment, zone="Asia/Tokyo")
    assert "الجمعة 5 فبراير 2027، 08:30" in html
    assert "شعبان 1448" in html


def test_a_field_tells_its_errors_to_a_screen_reader() -> None:
    from django import forms

    class Letter(forms.Form):
        email = forms.EmailField()

    html = drawn('{% field form.email kind="is-ltr" hint="عنوانك" %}', form=Letter({"email": "x"}))
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_email-hint id_email-errors"' in html
    assert 'class="input is-ltr"' in html
