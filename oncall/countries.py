"""Countries as telephone numbers have them: the two letters of ISO 3166-1, and what people write instead."""

from __future__ import annotations

import re
from functools import cache
from os.path import dirname, join
from unicodedata import combining, normalize

import tzdata

_BEYOND_ISO = ("AC", "TA", "XK")  # Ascension, Tristan da Cunha and Kosovo have numbers of their own
_WRITTEN = {
    **dict.fromkeys(("uk", "britain", "great britain", "england", "scotland", "wales", "northern ireland"), "GB"),
    **dict.fromkeys(("usa", "us of a", "america", "united states of america", "the united states"), "US"),
    **dict.fromkeys(("el", "hellas"), "GR"),
    **dict.fromkeys(("holland", "the netherlands"), "NL"),
    **dict.fromkeys(("korea", "south korea"), "KR"),
    **dict.fromkeys(("turkey", "turkiye"), "TR"),
    "czech republic": "CZ",
    "eire": "IE",
    "russia": "RU",
    "uae": "AE",
}
_SHARED = {"1": "US or CA", "7": "RU or KZ"}  # where the first country of a calling code is not as good as the only one
_THREE_LETTERS = """
    ABWAW AFGAF AGOAO AIAAI ALAAX ALBAL ANDAD AREAE ARGAR ARMAM ASMAS ATAAQ ATFTF ATGAG AUSAU AUTAT AZEAZ BDIBI
    BELBE BENBJ BESBQ BFABF BGDBD BGRBG BHRBH BHSBS BIHBA BLMBL BLRBY BLZBZ BMUBM BOLBO BRABR BRBBB BRNBN BTNBT
    BVTBV BWABW CAFCF CANCA CCKCC CHECH CHLCL CHNCN CIVCI CMRCM CODCD COGCG COKCK COLCO COMKM CPVCV CRICR CUBCU
    CUWCW CXRCX CYMKY CYPCY CZECZ DEUDE DJIDJ DMADM DNKDK DOMDO DZADZ ECUEC EGYEG ERIER ESHEH ESPES ESTEE ETHET
    FINFI FJIFJ FLKFK FRAFR FROFO FSMFM GABGA GBRGB GEOGE GGYGG GHAGH GIBGI GINGN GLPGP GMBGM GNBGW GNQGQ GRCGR
    GRDGD GRLGL GTMGT GUFGF GUMGU GUYGY HKGHK HMDHM HNDHN HRVHR HTIHT HUNHU IDNID IMNIM INDIN IOTIO IRLIE IRNIR
    IRQIQ ISLIS ISRIL ITAIT JAMJM JEYJE JORJO JPNJP KAZKZ KENKE KGZKG KHMKH KIRKI KNAKN KORKR KWTKW LAOLA LBNLB
    LBRLR LBYLY LCALC LIELI LKALK LSOLS LTULT LUXLU LVALV MACMO MAFMF MARMA MCOMC MDAMD MDGMG MDVMV MEXMX MHLMH
    MKDMK MLIML MLTMT MMRMM MNEME MNGMN MNPMP MOZMZ MRTMR MSRMS MTQMQ MUSMU MWIMW MYSMY MYTYT NAMNA NCLNC NERNE
    NFKNF NGANG NICNI NIUNU NLDNL NORNO NPLNP NRUNR NZLNZ OMNOM PAKPK PANPA PCNPN PERPE PHLPH PLWPW PNGPG POLPL
    PRIPR PRKKP PRTPT PRYPY PSEPS PYFPF QATQA REURE ROURO RUSRU RWARW SAUSA SDNSD SENSN SGPSG SGSGS SHNSH SJMSJ
    SLBSB SLESL SLVSV SMRSM SOMSO SPMPM SRBRS SSDSS STPST SURSR SVKSK SVNSI SWESE SWZSZ SXMSX SYCSC SYRSY TCATC
    TCDTD TGOTG THATH TJKTJ TKLTK TKMTM TLSTL TONTO TTOTT TUNTN TURTR TUVTV TWNTW TZATZ UGAUG UKRUA UMIUM URYUY
    USAUS UZBUZ VATVA VCTVC VENVE VGBVG VIRVI VNMVN VUTVU WLFWF WSMWS YEMYE ZAFZA ZMBZM ZWEZW
"""


def is_country(code: str) -> bool:
    """Whether these are the two letters of a country."""
    return code in _names() or code in _BEYOND_ISO


def meant_by(text: str) -> str | None:
    """The code, or the codes, of a country that is written in another way: `UK`, `DEU`, `+44`, `Deutschland`."""
    words = _plain(text)
    if words in _WRITTEN:
        return _WRITTEN[words]
    three = {pair[:3]: pair[3:] for pair in _THREE_LETTERS.split()}
    if words.upper() in three:
        return three[words.upper()]
    digits = re.fullmatch(r"(?:\+|00)?0*(\d{1,3})", text.strip())
    return _of_calling_code(digits[1]) if digits else _named(words)


def _plain(text: str) -> str:
    """A name in small letters, without accents, marks and a second space."""
    letters = "".join(one for one in normalize("NFKD", text[:100].casefold()) if not combining(one))
    return " ".join(re.sub(r"[\W_]+", " ", letters.replace(".", "")).split())


@cache
def _names() -> dict[str, str]:
    """The English name of every country, by its code."""
    with open(join(dirname(tzdata.__file__), "zoneinfo", "iso3166.tab"), encoding="utf-8") as file:
        return dict(line.rstrip("\n").split("\t")[:2] for line in file if not line.startswith("#"))


def _of_calling_code(digits: str) -> str | None:
    import phonenumbers  # here: large, and only this error needs it

    region = phonenumbers.region_code_for_country_code(int(digits))
    return _SHARED.get(digits, region) if is_country(region) else None


def _named(words: str) -> str | None:
    """The country of this name, in English or any language, if there is only one."""
    from phonenumbers.geodata.locale import LOCALE_DATA  # here: likewise

    codes = {code for code, name in _names().items() if _plain(name) == words}
    codes |= {code for code, names in LOCALE_DATA.items() if any(_plain(name) == words for name in names.values())}
    return codes.pop() if len(codes) == 1 and words else None
