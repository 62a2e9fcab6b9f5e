"""Owns the words of the simulated TikTok's own pages, beside those that every network's pages share."""

from __future__ import annotations

from sandbox import wording
from sandbox.wording import LANGUAGES, NARROW

WORDS: dict[str, tuple[str, str, str]] = {
    "developers": (
        "تيك توك: إعدادات التطبيقات والحسابات", "TikTok : réglages des applications et des comptes",
        "TikTok: settings of applications and accounts",
    ),
    "developers_note": (
        "ما يضبطه الناس في تيك توك نفسه: هل رُوجع التطبيق، وخصوصية الحساب، وأي رفض سيلقاه المنشور التالي.",
        "Ce que l’on règle chez TikTok : l’audit de l’application, la vie privée du compte, les refus à venir.",
        "What people set at TikTok itself: an application’s audit, an account’s privacy, the refusals to come.",
    ),
    "own_tokens": (
        "رموز الوصول المفتوحة من هنا", "Jetons ouverts ici même", "Access tokens that were opened here"
    ),
    "audited": ("هل رُوجع التطبيق؟", "Application auditée ?", "Is the application audited?"),
    "verified": (
        "عناوين مثبتة الملكية (* للكل)", "Adresses vérifiées (* pour toutes)", "Verified address prefixes (* for all)"
    ),
    "is_private": ("حساب خاص", "Compte privé", "Private account"),
    "comment_disabled": ("لا تعليقات", "Sans commentaires", "No comments"),
    "duet_disabled": ("لا دويتو", "Sans duo", "No duets"),
    "stitch_disabled": ("لا دمج", "Sans collage", "No stitches"),
    "max_video_post_duration_sec": (
        "أطول مقطع (ثانية)", "Durée maximale d’une vidéo (s)", "Longest video (seconds)"
    ),
    "posts_a_day": ("أقصى منشورات اليوم", "Publications par jour au plus", "Most posts a day"),
    "moderation_seconds": ("مدة المراجعة (ثانية)", "Durée de la modération (s)", "Moderation takes (seconds)"),
    "refusal": ("الرفض الذي تلقاه الطلبات", "Refus opposé aux demandes", "Refusal that requests meet"),
    "fail_reason": ("سبب فشل المعالجة", "Motif d’échec du traitement", "Reason for which processing fails"),
    "nothing": ("لا شيء", "Aucun", "None"),
    "keep": ("حفظ", "Enregistrer", "Keep"),
    "draft": ("مسودة", "Brouillon", "Draft"),
    "draft_note": (
        "وصلت هذه المسودة إلى صندوق الوارد في تطبيق تيك توك: أتمها وانشرها، أو احذفها.",
        "Ce brouillon est arrivé dans la boîte de réception de TikTok : achevez-le et publiez-le, ou supprimez-le.",
        "This draft arrived in the inbox of the TikTok application: finish and post it, or discard it.",
    ),
    "privacy_level": ("من يراه", "Qui peut la voir", "Who can see it"),
    "PUBLIC_TO_EVERYONE": ("الجميع", "Tout le monde", "Everyone"),
    "MUTUAL_FOLLOW_FRIENDS": ("الأصدقاء", "Amis", "Friends"),
    "FOLLOWER_OF_CREATOR": ("المتابعون", "Abonnés", "Followers"),
    "SELF_ONLY": ("صاحب الحساب وحده", "Moi seulement", "Only the owner"),
}  # fmt: skip


def say(key: str, language: str) -> str:
    """One of the words here, or of those that every page shares."""
    if key not in WORDS:
        return wording.say(key, language)
    words = WORDS[key][LANGUAGES.index(language)]
    return words.replace(" :", NARROW + ":").replace(" ?", NARROW + "?") if language == "fr" else words
