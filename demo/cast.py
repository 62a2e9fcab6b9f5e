"""Who plays in the demonstration: the institution's names, its people, the accounts it speaks through.

Words and roles only. Passwords, second factors and tokens are made per installation (people.py, channels.py).
"""

from dataclasses import dataclass

from accounts.capabilities import Role

SLUG = "demo"
NAME = "الرابطة المحمدية للعلماء · عرض تجريبي"
NAME_FR = "Rabita Mohammadia des Oulémas · démonstration"
NAME_EN = "Rabita Mohammadia of Scholars · demonstration"


@dataclass(frozen=True)
class Player:
    """`role_label` is by language, as the phone page shows it. The names are invented."""

    email: str
    name: str
    role: Role
    role_label: dict[str, str]
    language: str = "ar"


@dataclass(frozen=True)
class Voice:
    """An account on a network; its public profile names the institution, in the language it speaks."""

    handle: str
    language: str
    display_name: str
    bio: str


def label(ar: str, fr: str, en: str) -> dict[str, str]:
    return {"ar": ar, "fr": fr, "en": en}


AUTHOR = Player(
    "mariam@sanad.example", "مريم الصالحي", Role.AUTHOR,
    label("باحثة ومؤلفة", "Autrice", "Author"),
)  # fmt: skip
SCIENTIFIC = Player(
    "idriss@sanad.example", "إدريس الوادي", Role.REVIEWER,
    label("مراجع علمي", "Relecteur scientifique", "Scientific reviewer"),
)  # fmt: skip
LANGUAGE = Player(
    "salma@sanad.example", "سلمى الأطلسي", Role.REVIEWER,
    label("مراجعة لغوية", "Relectrice linguistique", "Language reviewer"),
)  # fmt: skip
COORDINATOR = Player(
    "younes@sanad.example", "يونس البحري", Role.COORDINATOR,
    label("منسق النشر", "Coordinateur", "Coordinator"),
)  # fmt: skip
SECRETARY = Player(
    "nouha@sanad.example", "نهى القرشي", Role.COORDINATOR,
    label("أمينة التحرير، تستورد النصوص", "Secrétaire de rédaction", "Editorial secretary, imports the texts"),
)  # fmt: skip
MANAGER = Player(
    "hadi@sanad.example", "عبد الهادي الريفي", Role.MANAGER,
    label("مدير الحملات", "Responsable", "Manager"),
)  # fmt: skip
SECOND_MANAGER = Player(
    "leila@sanad.example", "Leïla Marini", Role.MANAGER,
    label("مديرة، تعمل بالفرنسية", "Responsable (en français)", "Manager, works in French"),
    language="fr",
)  # fmt: skip
ADMIN = Player(
    "karim@sanad.example", "كريم السهلي", Role.ADMIN,
    label("مدير النظام", "Administrateur", "Administrator"),
)  # fmt: skip
ANALYST = Player(
    "hajar@sanad.example", "هاجر النخيلي", Role.ANALYST,
    label("محللة", "Analyste", "Analyst"),
)  # fmt: skip

FOUNDERS = (ADMIN, MANAGER)
PLAYERS = (AUTHOR, SCIENTIFIC, LANGUAGE, COORDINATOR, SECRETARY, MANAGER, SECOND_MANAGER, ADMIN, ANALYST)

VOICES = (
    Voice(
        "rabita_demo", "ar", NAME,
        "الحساب التجريبي للرابطة المحمدية للعلماء · عرض تجريبي. لا شيء مما ينشر هنا يغادر هذا الجهاز.",
    ),
    Voice(
        "rabita_demo_fr", "fr", NAME_FR,
        "Compte de la Rabita Mohammadia des Oulémas · démonstration. Rien d'ici ne quitte cette machine.",
    ),
)  # fmt: skip

BY_HAND = Voice(
    "0029VaRabitaDemo", "ar", f"قناة {NAME}",
    "قناة الرابطة المحمدية للعلماء · عرض تجريبي. لا شيء مما ينشر هنا يغادر هذا الجهاز.",
)  # fmt: skip
"""The channel on which people post by hand; its handle is the end of its public link."""
HANDS = (AUTHOR, COORDINATOR)
"""Who posts there, in turn."""
