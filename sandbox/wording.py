"""Owns the words of the simulator's human pages in Arabic, French and English, and how its times are said."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sandbox.films import length_of

LANGUAGES = ("ar", "fr", "en")
NAMES = {"ar": "العربية", "fr": "Français", "en": "English"}
ZONE = ZoneInfo("Africa/Casablanca")
NARROW = "\u202f"

MONTHS = {
    "ar": ("يناير", "فبراير", "مارس", "أبريل", "ماي", "يونيو", "يوليوز", "غشت", "شتنبر", "أكتوبر", "نونبر", "دجنبر"),
    "fr": (
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ),
    "en": (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
}

WORDS: dict[str, tuple[str, str, str]] = {
    "sandbox": ("شبكات المحاكاة", "Réseaux simulés", "Simulated networks"),
    "sandbox_note": (
        "شبكات وهمية على هذا الجهاز وحده: لا يخرج منها شيء إلى الإنترنت، ولا يراها غيركم.",
        "Des réseaux fictifs, sur cette machine seulement : rien n’en sort vers Internet.",
        "Make-believe networks on this machine only: nothing leaves it for the internet.",
    ),
    "to_networks": ("الشبكات", "Réseaux", "Networks"),
    "to_phones": ("الهواتف", "Téléphones", "Phones"),
    "to_faults": ("الأعطال", "Pannes", "Faults"),
    "pages": ("الصفحات", "Pages", "Pages"),
    "language": ("اللغة", "Langue", "Language"),
    "accounts": ("الحسابات", "Comptes", "Accounts"),
    "open_account": ("فتح حساب جديد", "Ouvrir un compte", "Open an account"),
    "open_account_note": (
        "كما يُفتح حساب على شبكة حقيقية: لا تقبله المنصة إلا إذا ذكرت نبذته المؤسسة أو صفحتها في السجل العلني.",
        "Comme sur un vrai réseau : Sanad l’accepte si sa bio nomme l’institution ou sa page du registre public.",
        "As on a real network: Sanad takes it only if its bio names the institution or its page in the public ledger.",
    ),
    "handle": (
        "اسم الحساب: من 5 إلى 30 حرفا لاتينيا أو رقما",
        "Identifiant : 5 à 30 lettres latines ou chiffres",
        "Handle: 5 to 30 Latin letters or digits",
    ),
    "handle_refused": (
        "لا يصلح هذا الاسم: يبدأ بحرف لاتيني، وطوله من 5 إلى 30 حرفا لاتينيا أو رقما.",
        "Cet identifiant ne convient pas : une lettre d’abord, 5 à 30 lettres latines ou chiffres.",
        "That handle will not do: a letter first, 5 to 30 Latin letters or digits.",
    ),
    "handle_taken": (
        "هذا الاسم مأخوذ على هذه الشبكة. اختر غيره.",
        "Cet identifiant est déjà pris sur ce réseau. Choisissez-en un autre.",
        "That handle is taken on this network. Choose another.",
    ),
    "supergroup": ("مجموعة", "groupe", "group"),
    "display_name": ("الاسم المعروض", "Nom affiché", "Display name"),
    "bio": ("النبذة", "Bio", "Bio"),
    "public_page": ("الصفحة العلنية", "Page publique", "Public page"),
    "lasts": ("المدة", "Durée", "Length"),
    "followers": ("المتابعون", "Abonnés", "Followers"),
    "no_posts": ("لم ينشر هذا الحساب شيئا بعد.", "Ce compte n’a encore rien publié.", "Nothing posted yet."),
    "posts": ("المنشورات", "Publications", "Posts"),
    "replies": ("الردود", "Réponses", "Replies"),
    "reblogs": ("إعادات النشر", "Partages", "Boosts"),
    "reactions": ("التفاعلات", "Réactions", "Reactions"),
    "views": ("المشاهدات", "Vues", "Views"),
    "favourites": ("الإعجابات", "Favoris", "Favourites"),
    "likes": ("الإعجابات", "J’aime", "Likes"),
    "reposts": ("إعادات النشر", "Republications", "Reposts"),
    "quotes": ("الاقتباسات", "Citations", "Quotes"),
    "forwards": ("إعادات التوجيه", "Transferts", "Forwards"),
    "by_hand_note": (
        "هكذا يفتح التطبيق على الهاتف ومعه النص: اختر القناة، ثم انشر بيدك.",
        "L’application s’ouvre ainsi sur le téléphone, avec le texte : choisissez la chaîne et publiez.",
        "This is how the application opens on the phone, with the text: choose the channel and post.",
    ),
    "to_channel": ("القناة", "Chaîne", "Channel"),
    "words": ("النص", "Texte", "Text"),
    "picture": ("صورة", "Image", "Picture"),
    "link_of_post": ("رابط المنشور", "Lien de la publication", "Link of the post"),
    "copy_link": ("نسخ الرابط", "Copier le lien", "Copy the link"),
    "sent_silently": ("أُرسل بلا صوت", "Envoyé sans son", "Sent silently"),
    "no_link_preview": ("بلا معاينة للرابط", "Sans aperçu du lien", "Without a preview of its link"),
    "reply_following": (
        "لا يرد إلا من تتابعهم القناة",
        "Seuls les comptes suivis peuvent répondre",
        "Only accounts it follows may reply",
    ),
    "reply_mentionedUsers": (
        "لا يرد إلا المذكورون", "Seuls les comptes nommés peuvent répondre", "Only accounts it names may reply"
    ),
    "reply_verified": (
        "لا يرد إلا الموثّقون", "Seuls les comptes vérifiés peuvent répondre", "Only verified accounts may reply"
    ),
    "reply_subscribers": (
        "لا يرد إلا المشتركون", "Seuls les abonnés peuvent répondre", "Only subscribers may reply"
    ),
    "reply_author": (
        "لا يرد إلا صاحب المنشور السابق",
        "Seul l’auteur de la publication précédente peut répondre",
        "Only the author of the post it follows may reply",
    ),
    "reply_followers": (
        "لا يرد إلا المتابعون", "Seuls ses abonnés peuvent répondre", "Only its followers may reply"
    ),
    "ai_generated": (
        "صاحب الحساب يصرح بأنه مولَّد بالذكاء الاصطناعي", "Généré par IA, selon son auteur",
        "Creator labelled it as AI-generated",
    ),
    "paid_partnership": ("شراكة مدفوعة", "Partenariat rémunéré", "Paid partnership"),
    "promotional": ("محتوى ترويجي", "Contenu promotionnel", "Promotional content"),
    "drafts": ("مسودات تنتظر على الهاتف", "Brouillons en attente", "Drafts that wait"),
    "own_settings": ("إعدادات خاصة بالشبكة", "Réglages propres au réseau", "The network’s own settings"),
    "edited": ("عُدِّل", "modifié", "edited"),
    "reply_to": ("تتمة لمنشور سابق", "suite d’une publication", "continues a post"),
    "no_alt_film": ("مقطع بلا وصف", "vidéo sans description", "video without a description"),
    "no_alt": ("صورة بلا وصف", "image sans description", "picture without a description"),
    "address": ("عنوان الخادم", "Adresse du serveur", "Server address"),
    "posts_of": ("منشور من", "Publication de", "Post by"),
    "conversation": ("الردود", "Réponses", "Replies"),
    "no_replies": ("لا ردود بعد.", "Pas encore de réponse.", "No reply yet."),
    "not_found": ("لا شيء في هذا العنوان", "Rien à cette adresse", "Nothing at this address"),
    "phones": ("هواتف المشاركين", "Téléphones des participants", "People’s phones"),
    "phones_note": (
        "لكل شخص في العرض هاتف: بريده وإشعاراته ورمز التحقق الثاني.",
        "Chaque personne de la démonstration a son téléphone : courrier, avis et code du second facteur.",
        "Each person of the demo has a phone: mail, notices and the second-factor code.",
    ),
    "no_people": (
        "لا أشخاص بعد: يظهرون هنا حين تُعَدّ بيانات العرض.",
        "Personne encore : les participants apparaissent une fois la démonstration préparée.",
        "Nobody yet: people appear here once the demo is prepared.",
    ),
    "others": ("عناوين أخرى", "Autres adresses", "Other addresses"),
    "mails": ("البريد", "Courrier", "Mail"),
    "mail_count": ("الرسائل", "Messages", "Mails"),
    "notices": ("الإشعارات", "Avis", "Notices"),
    "no_mails": ("لا رسائل بعد.", "Aucun message.", "No mail yet."),
    "code": ("رمز التحقق", "Code de vérification", "Verification code"),
    "copy": ("نسخ الرمز", "Copier le code", "Copy the code"),
    "copied": ("نُسخ", "Copié", "Copied"),
    "seconds": ("الثواني الباقية", "Secondes restantes", "Seconds left"),
    "no_code": ("لا رمز: لم يُفعَّل التحقق الثاني.", "Pas de code : second facteur absent.", "No second factor."),
    "password": ("كلمة مرور العرض", "Mot de passe de démonstration", "Demo password"),
    "email": ("البريد الإلكتروني", "Adresse électronique", "E-mail address"),
    "faults": ("الأعطال", "Pannes", "Faults"),
    "faults_note": (
        "سلِّح عطلا ليقع في الطلب التالي، ثم انظر كيف يتصرف النظام.",
        "Armez une panne pour la prochaine requête, puis observez le système.",
        "Arm a fault for the next request, then watch what the product does.",
    ),
    "armed": ("أعطال مسلَّحة", "Pannes armées", "Armed faults"),
    "none_armed": ("لا عطل مسلَّح.", "Aucune panne armée.", "No fault is armed."),
    "kind": ("العطل", "Panne", "Fault"),
    "network": ("الشبكة", "Réseau", "Network"),
    "route": ("الطلب", "Requête", "Request"),
    "account": ("الحساب", "Compte", "Account"),
    "count": ("عدد المرات", "Nombre de fois", "Times"),
    "probability": ("الاحتمال (من 0 إلى 1)", "Probabilité (0 à 1)", "Probability (0 to 1)"),
    "wait": ("الثواني", "Secondes", "Seconds"),
    "status": ("رمز الخطأ", "Code d’erreur", "Error status"),
    "accepted": ("هل يُنفَّذ الطلب؟", "La requête est-elle exécutée ?", "Is the request carried out?"),
    "accepted_default": ("كالمعتاد", "Selon la panne", "As the fault does"),
    "yes": ("نعم", "Oui", "Yes"),
    "no": ("لا", "Non", "No"),
    "every": ("الكل", "Tous", "All"),
    "arm": ("تسليح العطل", "Armer la panne", "Arm the fault"),
    "disarm": ("إزالة", "Désarmer", "Disarm"),
    "disarm_all": ("إزالة كل الأعطال", "Tout désarmer", "Disarm all"),
    "left": ("باقي", "restant", "left"),
    "always": ("دائما", "toujours", "always"),
    "publish": ("النشر", "Publier", "Publish"),
    "lookup": ("البحث عن منشور", "Rechercher une publication", "Look a post up"),
    "metrics": ("قراءة الأرقام", "Lire les chiffres", "Read the figures"),
    "batch": ("مجموعة طلبات", "Requêtes groupées", "Batch of calls"),
    "edit": ("تعديل منشور", "Modifier", "Edit"),
    "delete": ("حذف منشور", "Supprimer", "Delete"),
    "media": ("رفع ملف", "Téléverser un média", "Upload media"),
    "container": ("تهيئة منشور", "Préparer une publication", "Prepare a post"),
    "media_check": ("حالة الملف", "État du média", "Media state"),
    "profile": ("قراءة الحساب", "Lire le profil", "Read the profile"),
    "token": ("رمز الوصول", "Jeton d’accès", "Access token"),
    "app_password": ("كلمة مرور التطبيق", "Mot de passe d’application", "App password"),
    "refuse": ("المنفذ مغلق: كل اتصال مرفوض", "Port fermé : connexions refusées", "Port closed: connections refused"),
    "hang_up": ("قطع قبل قراءة الطلب", "Coupure avant lecture", "Hangs up before reading"),
    "drop_answer": ("يُقبل الطلب ويضيع الجواب", "Acceptée, réponse perdue", "Accepted, answer lost"),
    "delay": ("جواب متأخر", "Réponse tardive", "Late answer"),
    "server_error": ("خطأ في الخادم (5xx)", "Erreur du serveur (5xx)", "Server error (5xx)"),
    "rate_limited": ("تجاوز حد الطلبات (429)", "Limite de requêtes (429)", "Rate limited (429)"),
    "revoked_token": ("رمز وصول ملغى", "Jeton révoqué", "Revoked token"),
    "missing_scope": ("صلاحية ناقصة", "Portée manquante", "Missing scope"),
    "not_json": ("جواب ليس JSON", "Réponse non JSON", "Answer is not JSON"),
    "truncated_json": ("JSON مبتور", "JSON tronqué", "Truncated JSON"),
    "cut_off": ("جواب ينقطع في وسطه", "Réponse interrompue", "Answer cut off"),
    "redirect": ("تحويل إلى خادم آخر", "Redirection ailleurs", "Redirect to another host"),
    "endless": ("جواب لا ينتهي", "Réponse sans fin", "Endless answer"),
    "media_refused": ("ملف مرفوض", "Média refusé", "Media refused"),
    "media_stuck": ("ملف عالق في المعالجة", "Média bloqué en traitement", "Media stuck in processing"),
    "media_failed": ("ملف تفشل معالجته", "Traitement du média échoué", "Processing of the media fails"),
    "media_rejected": ("ملف ترفضه الشبكة بعد رفعه", "Média rejeté après téléversement", "Media rejected after upload"),
    "kept_private": (
        "تطبيق لم يُدقَّق: يبقى الفيديو خاصا", "Application non auditée : vidéo privée", "Unaudited app: stays private"
    ),
    "quota_exceeded": ("نفاد حصة اليوم", "Quota du jour épuisé", "The day’s quota is spent"),
    "upload_limit": ("بلوغ حد الرفع", "Limite de téléversements atteinte", "Upload limit reached"),
    "report": ("تقرير التحليلات", "Rapport d’analyse", "Analytics report"),
    "chunk": ("إرسال جزء من الملف", "Envoyer une partie du fichier", "Send a part of the file"),
    "caption": ("رفع ترجمة نصية", "Ajouter des sous-titres", "Add captions"),
    "is_unlisted": ("غير مدرج: لمن معه الرابط", "Non répertoriée : par lien", "Unlisted: for those with the link"),
}  # fmt: skip


def say(key: str, language: str) -> str:
    words = WORDS[key][LANGUAGES.index(language)]
    return words.replace(" :", NARROW + ":").replace(" ?", NARROW + "?") if language == "fr" else words


def counted(key: str, number: int, language: str) -> str:
    """`Replies: 5`; the label first, so that no language needs a plural."""
    colon = NARROW + ": " if language == "fr" else ": "
    return f"{say(key, language)}{colon}<b>{number}</b>"


def timed(key: str, seconds: float, language: str) -> str:
    """`Length: 0:30`."""
    colon = NARROW + ": " if language == "fr" else ": "
    return f'{say(key, language)}{colon}<bdi class="ltr">{length_of(seconds)}</bdi>'


def direction(language: str) -> str:
    return "rtl" if language == "ar" else "ltr"


def when(at: float, language: str) -> str:
    """Day and minute as a Moroccan reader sees them: `23 نونبر 2026، 23:50`."""
    moment = datetime.fromtimestamp(at, ZONE)
    month = MONTHS[language][moment.month - 1]
    comma = "،" if language == "ar" else ","
    return f"{moment.day} {month} {moment.year}{comma} {moment:%H:%M}"
