"""What the words of calendar titles mean, in the languages that products write: cancelled, on leave, declined, on duty.

Phrases are written as people write them; case, accents and hyphens do not count. A mark in front says when one counts:
`*urlaub` is any word that ends so; `=off` counts only where nothing else in its part of the title lacks a meaning here
("Off until Monday" is one, "Off Broadway Theatre" is not); `~wedding` does not count before other words where it could
be the name of a line ("Wedding Barn: NAME"). The keys are languages, for whoever extends the tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto

from msgspec import Struct


class Meaning(Enum):
    """What a phrase says of the event whose title it is in, in the order in which one counts before another."""

    CANCELLED = auto()
    NEGATION = auto()
    NOT_ON_CALL = auto()
    DECLINED = auto()
    TENTATIVE = auto()
    DUTY = auto()
    LEAVE = auto()
    ENGAGEMENT = auto()
    ELSEWHERE = auto()
    OCCASION = auto()
    MEETING = auto()
    HOLIDAY = auto()
    HIDDEN = auto()
    EVENT = auto()
    FILLER = auto()


class Sense(Struct, frozen=True):
    """What follows from a meaning. `says` is the meaning in words. `is_absence` is whether it makes an event an
    absence, None where that is open; `is_shift` is whether somebody it is said of can be on call all the same."""

    says: str
    is_absence: bool | None
    is_shift: bool = False


SENSES: Mapping[Meaning, Sense] = {
    Meaning.CANCELLED: Sense("cancelled", False),
    Meaning.NEGATION: Sense("", None, is_shift=True),
    Meaning.NOT_ON_CALL: Sense("not on call", True),
    Meaning.DECLINED: Sense("declined", False),
    Meaning.TENTATIVE: Sense("not settled yet", None),
    Meaning.DUTY: Sense("on duty", None, is_shift=True),
    Meaning.LEAVE: Sense("on leave", True),
    Meaning.ENGAGEMENT: Sense("engaged elsewhere", True),
    Meaning.ELSEWHERE: Sense("working somewhere else", False),
    Meaning.OCCASION: Sense("a private occasion", False),
    Meaning.MEETING: Sense("a meeting", None),
    Meaning.HOLIDAY: Sense("a holiday", True),
    Meaning.HIDDEN: Sense("a hidden title", None),
    Meaning.EVENT: Sense("an event", None, is_shift=True),
    Meaning.FILLER: Sense("", None, is_shift=True),
}

PHRASES: Mapping[Meaning, Mapping[str, str]] = {
    Meaning.CANCELLED: {
        "en": "canceled, cancelled, cancel, cancellation, cancelation, called off, cxl, cxld, cncl,"
        " cancelled by organizer",
        "de": "abgesagt, abgesagte, abgesagter, abgesagtes, absage, storniert, stornierung, fällt aus, entfällt,"
        " annulliert, gecancelt, gecancelled",
        "fr": "annulé, annulée, annulés, annulées, annulation, a été annulé, a été annulée",
        "es": "cancelado, cancelada, cancelados, canceladas, cancelación, anulado, anulada, suspendido,"
        " suspendida, se cancela",
        "pt": "cancelado, cancelada, cancelados, canceladas, cancelamento, anulado, anulada, desmarcado, desmarcada",
        "it": "annullato, annullata, annullati, annullate, annullamento, cancellato, cancellata, disdetto, disdetta",
        "ca": "cancel·lat, cancel·lada, anul·lat, anul·lada",
        "gl eu": "anulada, bertan behera utzita, bertan behera",
        "nl": "geannuleerd, geannuleerde, afgelast, afgezegd, annulering, vervallen, gaat niet door",
        "sv": "inställt, inställd, inställda, avbokat, avbokad, avbokade, avlyst",
        "da": "aflyst, aflyste, aflysning, annulleret",
        "nb": "avlyst, avlyste, avlysning, kansellert, avbestilt",
        "is fo": "aflýst, afboðað, avlýst",
        "fi": "peruttu, peruutettu, peruutus, peruttiin",
        "et": "tühistatud, tühistati, ära jäetud",
        "lv": "atcelts, atcelta, atcelti",
        "lt": "atšaukta, atšauktas, atšauktas susitikimas",
        "pl": "odwołane, odwołano, odwołany, odwołana, anulowane, anulowano, anulowany, anulowana",
        "cs": "zrušeno, zrušená, zrušený, zrušené, zrušena, zrušen",
        "sk": "zrušené, zrušená, zrušený, zrušená schôdza",
        "hu": "lemondva, lemondott, törölve, törölt, elmarad, visszavonva",
        "ro": "anulat, anulată, anulate, contramandat",
        "hr sr bs": "otkazano, otkazan, otkazana, otkazani, отказано, отказан",
        "sl": "odpovedano, preklicano, odpovedan, preklican",
        "mk bg": "откажано, отменено, отменен, отменена, анулирано, анулирана, анулиран",
        "el": "ακυρώθηκε, ακυρωμένο, ακυρωμένη, ακυρώθηκαν, ακύρωση, ματαιώθηκε, ματαιώνεται",
        "ru": "отменено, отменена, отменён, отменены, отмена, отменяется",
        "uk be": "скасовано, скасована, скасований, відмінено, відмінена, адменена",
        "tr": "iptal, iptal edildi, iptal edilen",
        "az kk": "ləğv edildi, тоқтатылды",
        "he": "בוטל, בוטלה, בוטלו, מבוטל, מבוטלת, ביטול",
        "ar": "ملغى, ملغاة, ملغي, تم الإلغاء, تم إلغاء, ألغي, ألغيت, إلغاء",
        "fa ur": "لغو شد, لغو شده, لغو, منسوخ",
        "hi bn": "रद्द, रद्द किया गया, रद्द कर दिया गया, বাতিল, বাতিল করা হয়েছে",
        "ta te": "ரத்து செய்யப்பட்டது, రద్దు చేయబడింది",
        "zh": "已取消, 取消, 已撤销, 已取消的活动",
        "ja": "キャンセル, キャンセル済み, キャンセルされました, 中止, 取消, 取り消し, 取り消し済み, 取りやめ",
        "ko": "취소, 취소됨, 취소된, 취소되었습니다",
        "vi": "đã hủy, đã huỷ, hủy, huỷ, bị hủy",
        "th": "ยกเลิก, ยกเลิกแล้ว, ถูกยกเลิก",
        "id ms": "dibatalkan, dibatalkan oleh penyelenggara, pembatalan",
        "tl sw": "kinansela, imeghairiwa",
    },
    Meaning.NEGATION: {
        "en": "not, no, no longer, never, without, isn't, don't, do not",
        "de": "nicht, nicht mehr, kein, keine, keinen, ohne",
        "fr": "pas, pas de, plus de, sans, aucune",
        "es pt": "no, sin, ya no, ninguna, não, sem, nenhum",
        "it": "non, niente, senza, nessun, nessuna",
        "nl": "niet, geen, zonder",
        "sv da nb": "inte, ej, ingen, utan, ikke, ikkje, uden, uten",
        "fi et": "ei, ilman, pole",
        "pl cs sk": "nie, bez, není, nemá, ne",
        "hu ro tr": "nem, nincs, nu, fără, değil, yok",
        "ru uk bg el": "не, нет, без, немає, няма, δεν, χωρίς",
    },
    Meaning.NOT_ON_CALL: {
        "en": "do not call, don't call, do not page, don't page, do not contact, do not disturb, dnd, swapped out,"
        " =swapped, =removed, =deleted, =dropped, =except, =excluding, =without, =not, =never, =excluded,"
        " not on call, not oncall, no on call, off call, not on duty, off duty, not on rota, not on shift,"
        " no shift, unavailable, not available, =n/a, cannot cover, can't cover, cant cover, can't do,"
        " not working, no cover, removed from rota, removed from on call, =not in",
        "de": "nicht in bereitschaft, keine bereitschaft, nicht verfügbar, nicht erreichbar, nicht im dienst,"
        " kein dienst, dienstfrei, nicht da, unabkömmlich, verhindert, bereitschaftsfrei",
        "fr": "pas d'astreinte, hors astreinte, pas de garde, indisponible, non disponible, pas disponible, pas là",
        "es": "no está de guardia, no de guardia, sin guardia, no disponible, indisponible, no guardia, fuera de turno",
        "pt": "indisponível, não disponível, não está de plantão, sem plantão, fora de plantão, fora da escala",
        "it": "non reperibile, non disponibile, indisponibile, non in servizio, fuori turno, non di turno",
        "nl": "niet beschikbaar, geen dienst, niet bereikbaar, geen piket, geen bereikbaarheid",
        "sv da nb": "ej jour, inte jour, ej tillgänglig, otillgänglig, ikke tilgængelig, ikke på vagt, vagtfri,"
        " ikke tilgjengelig, utilgjengelig, utilgængelig, ikke på vakt, ej beredskap",
        "fi et": "ei päivystä, ei päivystystä, ei tavoitettavissa, ei käytettävissä, pole saadaval",
        "pl cs sk": "niedostępny, niedostępna, nie dyżuruje, bez dyżuru, nedostupný, nedostupná, nemá službu,"
        " není k dispozici",
        "hu ro": "nem elérhető, nem ügyel, indisponibil, indisponibilă",
        "ru uk": "недоступен, недоступна, не дежурит, недоступний",
        "tr el": "müsait değil, nöbetçi değil, μη διαθέσιμος, μη διαθέσιμη",
        "ja zh ko": "当番なし, 対応不可, 不可, 不值班, 不在, 당직 아님, 부재",
    },
    Meaning.DECLINED: {
        "en": "declined, refused, rejected, denied, turned down, not approved, withdrawn, disapproved",
        "de": "abgelehnt, zurückgewiesen, zurückgezogen, nicht genehmigt",
        "fr": "refusé, refusée, décliné, déclinée, rejeté, rejetée, non approuvé, non validé",
        "es": "rechazado, rechazada, declinado, declinada, denegado, denegada, no aprobado, no aprobada",
        "pt": "recusado, recusada, rejeitado, rejeitada, negado, negada, não aprovado, declinado",
        "it": "rifiutato, rifiutata, declinato, declinata, respinto, respinta, non approvato",
        "nl": "afgewezen, geweigerd, niet goedgekeurd",
        "sv da nb": "avböjt, avböjd, nekad, nekat, avslått, avslag, avvist, afvist, afslået, tackat nej",
        "fi et": "hylätty, kieltäydytty, keeldutud, tagasi lükatud",
        "pl cs sk": "odrzucone, odrzucono, odmowa, odrzucony, odmítnuto, zamítnuto, odmietnuté, zamietnuté",
        "hu ro": "elutasítva, elutasított, refuzat, refuzată, respins, respinsă",
        "hr sl": "odbijeno, odbijen, zavrnjeno",
        "ru uk bg": "отклонено, отклонена, отклонён, відхилено, отхвърлено, отказ",
        "tr el": "reddedildi, απορρίφθηκε",
        "he ar": "נדחה, נדחתה, تم الرفض, مرفوض, مرفوضة",
        "zh ja ko": "已拒绝, 拒绝, 已谢绝, 辞退, 欠席, 却下, 거절됨, 거절",
    },
    Meaning.TENTATIVE: {
        "en": "tentative, tentatively, maybe, =pending, =requested, =request, tbc, tbd, to be confirmed,"
        " unconfirmed, provisional, provisionally, =proposed, =proposal, new time proposed, =draft, =on hold,"
        " awaiting approval, waiting for approval, pending approval, to be approved, planned leave request,"
        " swap request, =optional",
        "de": "vorläufig, mit vorbehalt, unter vorbehalt, vorbehalt, beantragt, angefragt, in genehmigung,"
        " noch offen, unbestätigt, entwurf, vielleicht, neue zeit vorgeschlagen, offene anfrage",
        "fr": "provisoire, à confirmer, en attente, =demande, demandé, demandée, peut-être, brouillon, proposé",
        "es": "provisional, tentativo, tentativa, por confirmar, pendiente, =solicitado, solicitada, =solicitud,"
        " quizás, borrador, propuesto",
        "pt": "provisório, provisória, a confirmar, pendente, =solicitado, solicitada, talvez, rascunho, tentativa",
        "it": "provvisorio, provvisoria, da confermare, in attesa, richiesto, richiesta, forse, bozza",
        "nl": "voorlopig, onder voorbehoud, aangevraagd, in afwachting, misschien, nog te bevestigen",
        "sv da nb": "preliminär, preliminärt, preliminært, ansökt, väntar, foreløbig, foreløbigt, anmodet, søkt,"
        " kanskje, måske, kanske, utkast, til godkendelse",
        "fi et": "alustava, alustavasti, ehkä, odottaa, anottu, luonnos, esialgne",
        "pl cs sk": "wstępnie, wstępna zgoda, niepotwierdzone, do potwierdzenia, oczekuje, wniosek, może,"
        " předběžně, nezávazně, čeká na schválení, žádost, predbežne, nezáväzne",
        "hu ro": "feltételes, függőben, kérelmezve, provizoriu, în așteptare, solicitat",
        "ru uk": "под вопросом, предварительно, ожидает, запрос, попередньо, під питанням",
        "tr el": "belirsiz, geçici, beklemede, talep, προσωρινό, εκκρεμεί",
        "zh ja ko": "暂定, 待定, 待审批, 申请中, 仮, 仮予定, 未定, 申請中, 承認待ち, 미정, 대기 중",
    },
    Meaning.DUTY: {
        "en": "on call, oncall, on duty, duty, shift, shifts, rota, rotation, roster, schedule, standby, stand by,"
        " support, primary, secondary, tertiary, backup, back up, cover, covers, covering, coverage, escalation,"
        " pager, paging, hotline, line, help desk, hospital, clinic, ward, hospice, pharmacy, unit, department,"
        " dept, center, centre, office, funeral home, funeral homes, funeral director, funeral directors,"
        " nursing home, care home, homes, helpdesk, service desk, desk, front desk, reception, after hours,"
        " off hours, out of hours, ooh, off peak, office hours, weekend, weekends, weekday, weekdays, night,"
        " nights, nightshift, day shift, dayshift, daytime, evening, evenings, early, late, morning shift,"
        " handover, responder, l1, l2, l3, tier, level, manager on duty, rentals, rental, lets, lettings, booking,"
        " bookings, cards, payments, claims, crew, replacement, stand in, sub for, locum, triage, goalie,"
        " first line, second line, third line, engineer, administration, management",
        "de": "*bereitschaft, rufbereitschaft, *dienst, dienst, *dienste, *vertretung, vertretung, vertritt,"
        " *schicht, schicht, *hotline, rufdienst, bereitschaftsdienst, wochenende, nacht, frühdienst, spätdienst,"
        " notdienst, pikett, *pikett, erste linie, im dienst, dienstplan, schichtplan, vertreter, vertreterin,"
        " ersatz, telefon",
        "fr": "astreinte, astreintes, garde, de garde, permanence, remplacement, remplaçant, remplaçante,"
        " remplace, planning, week-end, nuit, nuits, soir, équipe, relève, service de garde, renfort",
        "es": "guardia, guardias, de guardia, turno, turnos, relevo, cobertura, cubre, suplente, sustituye,"
        " sustitución, suplencia, reemplazo, fin de semana, noche, noches, soporte, retén, retenes, cuadrante",
        "pt": "plantão, plantões, sobreaviso, escala, turno, cobertura, cobre, substitui, substituto, substituta,"
        " piquete, prevenção, fim de semana, noite, suporte, reserva",
        "it": "reperibilità, reperibile, turno, turni, guardia, copertura, sostituzione, sostituisce, sostituto,"
        " sostituta, notte, pronta disponibilità, fine settimana, supporto, presidio",
        "nl": "piket, piketdienst, bereikbaarheid, bereikbaarheidsdienst, *dienst, dienst, storingsdienst,"
        " achterwacht, vervanging, vervanger, vervangt, waarneming, rooster, nacht, consignatie",
        "sv da nb": "jour, jouren, beredskap, beredskapsjour, bakjour, *jour, vagt, vagten, *vagt, vakt, vakten,"
        " *vakt, tilkaldevagt, beredskapsvakt, hjemmevakt, vikar, vikarierar, vikarie, ersättare, afløser, dækker,"
        " skift, natt, nat, helg, stedfortræder",
        "fi et": "päivystys, päivystäjä, päivystää, *päivystys, varalla, varallaolo, vuoro, *vuoro, sijainen,"
        " tuuraa, tuuraaja, valve, asendaja",
        "pl cs sk": "dyżur, dyżury, zastępstwo, zastępuje, zmiana, pogotowie, pohotovost, pohotovosť, služba,"
        " směna, zmena, zástup, zastupuje, zastupovanie, noc, víkend",
        "hu ro": "ügyelet, készenlét, műszak, helyettes, helyettesít, helyettesítés, gardă, de gardă, tură, înlocuitor",
        "hr sr sl": "dežurstvo, dežurni, dežurna, pripravnost, smjena, smena, zamjena, zamena, dežurstva, nadomeščanje",
        "ru uk bg": "дежурство, дежурный, дежурная, дежурит, смена, замена, чергування, черговий, дежурен, смяна",
        "tr el": "nöbet, nöbetçi, vardiya, yedek, εφημερία, βάρδια, επιφυλακή, αντικατάσταση",
        "he ar": "תורן, תורנות, כוננות, משמרת, مناوب, مناوبة, نوبة",
        "zh ja ko": "值班, 待命, 轮值, 夜班, 早班, 晚班, 当番, 待機, オンコール, 夜勤, 日勤, 交代, 代理, 당직,"
        " 온콜, 교대, 대기",
    },
    Meaning.LEAVE: {
        "en": "pto, ooo, oof, ooto, out of office, out of the office, out of town, out of country, vacation,"
        " vacations, vacay, annual leave, leave, on leave, sick, sick leave, sick day, sick time, sickness,"
        " off sick, out sick, =ill, illness, unwell, not well, paid time off, paid leave, unpaid leave,"
        " unpaid time off, =unpaid, time off, time off in lieu, toil, lieu day, in lieu, comp time, comp day,"
        " compensatory leave, day off, days off, off work, day out, ~away, absent, absence, absences, afk,"
        " =maternity, =paternity, =parental, parental leave, adoption leave, bereavement, compassionate leave,"
        " jury duty, jury service, ~sabbatical, furlough, garden leave, personal day, personal leave,"
        " personal time, mental health day, wellness day, wellbeing day, duvet day, =rdo, flex day, flexi day,"
        " flextime, flexi, floating holiday, floater, honeymoon, lwop, =loa, fmla, study leave, exam leave,"
        " medical leave, carer's leave, caregiver leave, family leave, ~childcare, ~child care, military leave,"
        " reserve duty, religious holiday, volunteer day, =vto, long weekend, long service leave, staycation,"
        " =gone, who's out, whos out, =off, =out, =al, =sl, =ml, =vac, =hols, =lve, =personal",
        "de": "*urlaub, urlaub, urlaubs, urlaubstag, urlaubstage, urlaubszeit, im urlaub, krank, *krank,"
        " krankgemeldet, krankmeldung, krankenstand, krankschreibung, krankgeschrieben, krankheit, kind krank,"
        " kindkrank, kinderkrank, arbeitsunfähig, =au, abwesend, abwesenheit, nicht im büro, außer haus,"
        " ausser haus, freizeitausgleich, gleittag, gleitzeit, überstundenabbau, *überstundenausgleich,"
        " zeitausgleich, zeitausgleichstag, *frei, =frei, freier tag, freistellung, elternzeit, mutterschutz,"
        " vaterschaftsurlaub, karenz, papamonat, =kur, =reha, brückentag, auszeit, pflegezeit, ferien, ferientag,"
        " fehlt, *abwesenheit, bildungsfreistellung, =weg, =fza, trauerfall, =umzug, umzugstag, wehrdienst,"
        " zivildienst, militärdienst",
        "fr": "congé, congés, en congé, en congés, congés payés, =cp, =rtt, absent, absente, absence, absences,"
        " vacances, en vacances, maladie, arrêt maladie, arrêt de travail, malade, congé maladie, congé maternité,"
        " congé paternité, congé parental, enfant malade, hors bureau, hors du bureau, pas au bureau,"
        " récupération, récup, =repos, sans solde, jour de repos, jour de carence, déménagement, deuil",
        "es": "vacaciones, de vacaciones, ausente, ausencia, ausencias, fuera de la oficina, fuera de oficina,"
        " permiso, de permiso, =baja, de baja, baja médica, baja por enfermedad, enfermo, enferma, enfermedad,"
        " licencia, licencia médica, día libre, días libres, día personal, asuntos propios, =libre, descanso,"
        " =maternidad, paternidad, excedencia, incapacidad, permiso retribuido, feriado compensatorio, mudanza,"
        " duelo",
        "pt": "férias, de férias, em férias, ausente, ausência, fora do escritório, folga, de folga, licença,"
        " licença médica, licença maternidade, licença paternidade, atestado, atestado médico, doente, doença,"
        " afastado, afastada, afastamento, baixa, baixa médica, banco de horas, day off, dia livre, =recesso, luto",
        "it": "ferie, in ferie, malattia, in malattia, malato, malata, assente, assenza, permesso, in permesso,"
        " fuori sede, fuori ufficio, non in ufficio, congedo, congedo parentale, =maternità, paternità, =rol,"
        " =riposo, giorno libero, recupero, vacanza, in vacanza, aspettativa, lutto, trasloco, ex festività",
        "ca": "vacances, de baixa, absent, festa personal, permís, fora de l'oficina, malalt, malalta",
        "nl": "vakantie, *vakantie, op vakantie, verlof, *verlof, met verlof, vrij, =vrij, vrije dag, vrijaf,"
        " ziek, ziekte, ziekmelding, ziekteverlof, afwezig, afwezigheid, niet op kantoor, =atv, =adv, snipperdag,"
        " atv-dag, zwangerschapsverlof, ouderschapsverlof, niet aanwezig, =weg",
        "sv": "semester, semesterdag, *semester, sjuk, sjukskriven, sjukfrånvaro, sjukdom, sjukdag, vab,"
        " vård av barn, föräldraledig, föräldraledighet, frånvaro, frånvarande, =ledig, ledighet, tjänstledig,"
        " tjänstledighet, kompledig, =komp, borta, ej på kontoret, inte på kontoret, pappaledig, mammaledig,"
        " flexledig, bortrest",
        "da": "ferie, *ferie, på ferie, feriefridag, syg, sygdom, sygemeldt, sygemelding, barns sygedag, barn syg,"
        " fravær, fraværende, =fri, fridag, orlov, barsel, barselsorlov, afspadsering, ikke på kontoret,"
        " omsorgsdag",
        "nb": "feriedag, syk, sykdom, sykemeldt, sykmeldt, egenmelding, sykt barn, syke barn, permisjon,"
        " pappaperm, fødselspermisjon, avspasering, fraværsdag, borte, ikke på kontoret, foreldrepermisjon",
        "fi": "loma, lomalla, kesäloma, talviloma, vuosiloma, vanhempainvapaa, sairas, sairaana, sairausloma,"
        " sairauslomalla, sairaslomalla, =vapaa, vapaalla, vapaapäivä, poissa, poissaolo, opintovapaa, isyysvapaa,"
        " äitiysvapaa, pekkaspäivä, saldovapaa, lapsi sairaana, hoitovapaa",
        "et lv lt": "puhkus, puhkusel, haigusleht, haige, haiguslehel, eemal, atvaļinājums, atvaļinājumā, slims,"
        " slimības lapa, prombūtnē, atostogos, atostogauja, =serga, nedarbingumas",
        "is": "frí, í fríi, orlof, veikindi, veikur, veik, fæðingarorlof",
        "pl": "urlop, urlopy, na urlopie, urlop wypoczynkowy, zwolnienie, zwolnienie lekarskie, chory, chora,"
        " choroba, chorobowe, na chorobowym, nieobecny, nieobecna, nieobecność, =wolne, dzień wolny, opieka,"
        " opieka nad dzieckiem, urlop macierzyński, urlop na żądanie, odbiór nadgodzin, poza biurem, wakacje",
        "cs": "dovolená, na dovolené, nemoc, nemocný, nemocná, nemocenská, pracovní neschopnost, neschopenka,"
        " nepřítomen, nepřítomna, nepřítomnost, =volno, náhradní volno, neplacené volno, mimo kancelář,"
        " ošetřování, ošetřování člena rodiny, rodičovská, mateřská, otcovská, sick day",
        "sk": "dovolenka, na dovolenke, choroba, chorý, chorá, práceneschopnosť, =pn, neprítomný, neprítomná,"
        " neprítomnosť, voľno, náhradné voľno, mimo kancelárie, ošetrovné, materská, rodičovská",
        "hu": "szabadság, szabadságon, szabin, beteg, betegszabadság, betegállomány, táppénz, táppénzen, távol,"
        " távollét, nincs bent, szabadnap, házon kívül",
        "ro": "concediu, în concediu, concediu de odihnă, concediu medical, bolnav, bolnavă, absent, absentă,"
        " absență, liber, zi liberă, învoire, plecat, vacanță",
        "hr sr bs sl": "godišnji, godišnji odmor, na godišnjem, odmor, na odmoru, bolovanje, na bolovanju,"
        " bolestan, bolesna, odsutan, odsutna, odsustvo, slobodan dan, slobodni dan, porodiljni, dopust,"
        " na dopustu, bolniška, bolniški stalež, odsoten, odsotna, odsotnost, одмор, годишњи одмор, боловање,"
        " одсуство",
        "bg mk": "отпуск, в отпуск, отпуска, болничен, болнични, болен, болна, отсъства, отсъствие, почивка,"
        " почивен ден, годишен одмор, боледување",
        "el": "άδεια, σε άδεια, αναρρωτική, αναρρωτική άδεια, ασθένεια, άρρωστος, άρρωστη, διακοπές, ρεπό,"
        " απουσία, απών, απούσα, εκτός γραφείου, κανονική άδεια",
        "ru uk be": "отпуск, в отпуске, больничный, на больничном, болеет, болен, больна, болезнь, отсутствует,"
        " отсутствие, выходной, отгул, декрет, не в офисе, відпустка, у відпустці, лікарняний, на лікарняному,"
        " хворіє, відсутній, відсутня, відсутність, вихідний, адпачынак, бальнічны",
        "tr": "=izin, izinli, izinde, yıllık izin, tatil, tatilde, hasta, hastalık izni, raporlu, =rapor,"
        " doğum izni, mazeret izni, ofis dışında, ofiste değil, ücretsiz izin, babalık izni",
        "he": "חופשה, חופש, בחופש, בחופשה, חופשת מחלה, מחלה, חולה, נעדר, נעדרת, מחוץ למשרד, מילואים, חופשת לידה",
        "ar fa": "إجازة, إجازة سنوية, إجازة مرضية, مريض, مريضة, غائب, غائبة, غياب, خارج المكتب, عطلة, مرخصی, استعلاجی",
        "hi id vi th": "छुट्टी, अवकाश, बीमारी की छुट्टी, cuti, cuti tahunan, cuti sakit, =sakit, izin sakit,"
        " nghỉ phép, nghỉ ốm, =nghỉ, =ลา, ลาพักร้อน, ลาป่วย, ลากิจ, วันลา",
        "zh": "休假, 年假, 病假, 事假, 请假, 產假, 产假, 陪产假, 婚假, 丧假, 调休, 外出, 不在办公室, 放假, 特休,"
        " 補休, 請假",
        "ja": "休暇, 有給, 有給休暇, 有休, 年休, 年次休暇, 病欠, 病休, 休み, お休み, 欠勤, 代休, 振休, 振替休日,"
        " 不在, 夏休み, 夏季休暇, 産休, 育休, 育児休業, 特別休暇, 慶弔休暇, 午前休, 午後休, 半休, 全休",
        "ko": "휴가, 연차, 월차, 반차, 오전 반차, 오후 반차, 병가, 휴직, 육아휴직, 출산휴가, 경조사, 휴무, 외근,"
        " 부재중, 자리 비움",
    },
    Meaning.ENGAGEMENT: {
        "en": "dentist, dr appt, doctor's appointment, medical appointment, =appointment, appt, =training,"
        " =course, ~workshop, =seminar, ~conference, =summit, business trip, work trip, ~travel, traveling,"
        " travelling, travel day, =trip, =flight, offsite, off site, =retreat, school run, school play,"
        " parents' evening, ~exam, moving house, house move, moving day, ~interview, interviews, interviewing,"
        " ~funeral, ~wedding, ~volunteering, onboarding, ~induction, customer visit, client visit, site visit,"
        " secondment, =strike, hackathon, gym, yoga, haircut, pick up kids, kids pickup, school pickup,"
        " first aid course",
        "de": "zahnarzt, arzttermin, zahnarzttermin, arztbesuch, schulung, fortbildung, weiterbildung, *schulung,"
        " lehrgang, =seminar, =messe, konferenz, dienstreise, geschäftsreise, =reise, dienstgang,"
        " vorstellungsgespräch, bewerbungsgespräch, berufsschule, prüfung, ~beerdigung, ~hochzeit, elternabend,"
        " streik, klausur, klausurtagung, behördengang, dienstlich abwesend",
        "fr": "dentiste, rendez-vous médical, rdv médical, =formation, déplacement, en déplacement, =séminaire,"
        " conférence, =voyage, voyage d'affaires, =entretien, entretien d'embauche, =examen, =mariage,"
        " enterrement, obsèques, grève",
        "es": "dentista, cita médica, consulta médica, =formación, capacitación, =curso, =conferencia, congreso,"
        " =viaje, de viaje, viaje de negocios, viaje de trabajo, entrevista, =examen, =boda, ~funeral, huelga,"
        " visita a cliente",
        "pt": "dentista, consulta médica, =formação, treinamento, =curso, =conferência, congresso, =viagem,"
        " em viagem, viagem de negócios, viagem a trabalho, entrevista, =exame, =prova, =casamento, ~funeral,"
        " greve",
        "it": "dentista, visita medica, =formazione, =corso, =conferenza, trasferta, in trasferta, viaggio,"
        " viaggio di lavoro, colloquio, =esame, =matrimonio, funerale, sciopero, donazione sangue",
        "nl": "tandarts, =training, cursus, =opleiding, =congres, conferentie, zakenreis, dienstreis,"
        " sollicitatiegesprek, =examen, =bruiloft, begrafenis, staking, doktersafspraak",
        "sv da nb": "tandläkare, läkarbesök, tandlæge, lægebesøg, tannlege, legetime, utbildning, =kurs, kursus,"
        " konferens, konference, konferanse, tjänsteresa, tjenesterejse, forretningsrejse, tjenestereise,"
        " intervju, jobsamtale, jobintervju, eksamen, =tenta, bröllop, bryllup, begravning, begravelse, strejk,"
        " =resa, =rejse",
        "fi": "hammaslääkäri, koulutus, kurssi, konferenssi, työmatka, =matka, haastattelu, työhaastattelu, =häät,"
        " hautajaiset, lakko, koulutuspäivä",
        "pl cs sk": "dentysta, szkolenie, =kurs, konferencja, delegacja, podróż służbowa, rozmowa kwalifikacyjna,"
        " egzamin, =ślub, pogrzeb, strajk, zubař, školení, konference, služební cesta, pohovor, zkouška, =svatba,"
        " pohřeb, zubár, školenie, konferencia, služobná cesta, skúška, svadba, pohreb",
        "hu ro": "fogorvos, képzés, tréning, konferencia, kiküldetés, üzleti út, állásinterjú, vizsga, esküvő,"
        " temetés, dentist, instruire, conferință, delegație, deplasare, interviu, =examen, =nuntă",
        "ru uk": "стоматолог, обучение, курсы, конференция, командировка, собеседование, экзамен, свадьба,"
        " похороны, навчання, відрядження, співбесіда",
        "tr el": "dişçi, eğitim, konferans, iş seyahati, mülakat, görevde, οδοντίατρος, εκπαίδευση, συνέδριο,"
        " επαγγελματικό ταξίδι, συνέντευξη",
        "zh ja ko": "出差, 培训, 会议出差, 面试, 看病, 出張, 研修, 面接, 通院, 歯医者, 出産, 출장, 교육, 면접",
    },
    Meaning.ELSEWHERE: {
        "en": "wfh, working from home, work from home, works from home, home office, =remote, remote work,"
        " working remotely, working remote, telework, teleworking, telecommute, telecommuting, =wfo,"
        " work from office, in the office, in office, =hybrid, working location, =wfa, works remotely, office day,"
        " =onsite",
        "de": "homeoffice, *homeoffice, mobiles arbeiten, mobile arbeit, mobilarbeit, telearbeit, remote arbeit,"
        " im büro, präsenztag",
        "fr": "télétravail, en télétravail, au bureau, travail à distance, =tt",
        "es pt": "teletrabajo, trabajo remoto, home office, trabajando desde casa, desde casa, en remoto,"
        " en la oficina, teletrabalho, trabalho remoto, em casa, no escritório, trabalhando de casa",
        "it nl": "smart working, smartworking, lavoro agile, telelavoro, da remoto, in ufficio, da casa,"
        " thuiswerken, thuiswerkdag, werkt thuis, thuiswerk, op kantoor",
        "sv da nb fi": "hemarbete, jobbar hemifrån, arbetar hemifrån, hjemmearbejde, arbejder hjemme,"
        " hjemmekontor, hjemmefra, på kontoret, etätyö, etänä, etätöissä, toimistolla, distansarbete,"
        " jobber hjemmefra",
        "pl cs sk hu ro": "praca zdalna, zdalnie, z domu, práce z domova, prace na dálku, práca z domu, otthonról,"
        " otthoni munka, távmunka, munca de acasă, telemuncă",
        "ru uk tr el": "удалённо, удаленка, удалённая работа, из дома, віддалено, evden çalışma, uzaktan çalışma,"
        " τηλεργασία",
        "zh ja ko": "居家办公, 远程办公, 在家办公, 在宅, 在宅勤務, テレワーク, リモート, リモートワーク, 出社,"
        " 재택, 재택근무",
    },
    Meaning.OCCASION: {
        "en": "birthday, birthdays, bday, b-day, anniversary, work anniversary, workiversary, name day, nameday,"
        " party, graduation, baby shower, =farewell, leaving do, =first day, =last day, =welcome, probation end,"
        " housewarming, team day",
        "de": "geburtstag, *geburtstag, geburtstage, =jubiläum, dienstjubiläum, namenstag, =feier, *feier,"
        " hochzeitstag, abschied, ausstand, einstand, erster arbeitstag, letzter arbeitstag",
        "fr": "anniversaire, =fête, pot de départ, crémaillère",
        "es": "cumpleaños, cumple, aniversario, =fiesta, despedida",
        "pt": "aniversário, aniversario, aniversariante, =festa, niver, despedida",
        "it": "compleanno, anniversario, =festa, onomastico",
        "nl": "verjaardag, =jubileum, =feest, jarig, =borrel, afscheid",
        "sv da nb": "födelsedag, fødselsdag, bursdag, =jubileum, jubilæum, =fest, namnsdag, årsdag",
        "fi et": "syntymäpäivä, synttärit, =juhla, nimipäivä, sünnipäev",
        "pl cs sk": "urodziny, imieniny, rocznica, narozeniny, svátek, výročí, =oslava, narodeniny, meniny, výročie",
        "hu ro hr sl": "születésnap, névnap, évforduló, zi de naștere, aniversare, onomastică, rođendan, imendan,"
        " obljetnica, rojstni dan, obletnica",
        "ru uk bg": "день рождения, =др, юбилей, годовщина, именины, день народження, річниця, рожден ден, имен ден",
        "tr el he ar": "doğum günü, yıldönümü, γενέθλια, ονομαστική εορτή, επέτειος, יום הולדת, عيد ميلاد",
        "zh ja ko": "生日, 周年, 誕生日, 記念日, 생일, 기념일",
    },
    Meaning.MEETING: {
        "en": "~meeting, 1:1, 1-1, 1on1, 1 on 1, 1-on-1, one on one, one to one, ~lunch, ~dinner, breakfast,"
        " ~coffee, coffee chat, ~brunch, ~drinks, happy hour, catch up, catchup, catch-up, check in, checkin,"
        " standup, stand up, daily standup, all hands, all-hands, town hall, =retro, =retrospective,"
        " sprint planning, sprint review, performance review, appraisal, debrief, call with, focus time, kickoff,"
        " kick off, huddle, brown bag, review meeting, syncup, sync up, skip level, w/",
        "de": "besprechung, *besprechung, ~meeting, mittagessen, mittagspause, abendessen, frühstück, jour fixe,"
        " mitarbeitergespräch, betriebsversammlung, teamrunde, stammtisch, fokuszeit, rücksprache",
        "fr": "réunion, déjeuner, dîner, petit déjeuner, point avec, entretien annuel",
        "es": "reunión, almuerzo, cena, desayuno, 1 a 1, uno a uno",
        "pt": "reunião, almoço, jantar, um a um",
        "it": "riunione, pranzo, cena, colazione",
        "nl": "vergadering, overleg, ~lunch, diner, =borrel, functioneringsgesprek",
        "sv da nb fi": "möte, ~lunch, fika, middag, møde, frokost, møte, lunsj, kokous, palaveri, lounas",
        "pl cs sk": "spotkanie, obiad, kolacja, śniadanie, schůzka, porada, oběd, večeře, schôdza, stretnutie, obed",
        "hu ro hr": "megbeszélés, értekezlet, ebéd, vacsora, ședință, întâlnire, prânz, sastanak, ručak",
        "ru uk bg": "встреча, совещание, обед, ужин, созвон, зустріч, нарада, обід, среща",
        "tr el he ar": "toplantı, öğle yemeği, συνάντηση, γεύμα, פגישה, ארוחת צהריים, اجتماع",
        "zh ja ko": "会议, 午餐, 会議, 打ち合わせ, ミーティング, ランチ, 회의, 점심",
    },
    Meaning.HOLIDAY: {
        "en": "~holiday, ~holidays, public holiday, bank holiday, national holiday, federal holiday,"
        " company holiday, statutory holiday, stat holiday, office closed, company closed",
        "de": "feiertag, feiertage, *feiertag, gesetzlicher feiertag, betriebsferien, betriebsurlaub, betriebsruhe",
        "fr": "férié, jour férié, jours fériés, =fermeture, =pont",
        "es": "=festivo, =festivos, feriado, feriados, día festivo, día feriado, =puente",
        "pt": "feriado, feriados, ponto facultativo, feriado nacional, =emenda",
        "it": "=festivo, festività, giorno festivo, chiusura aziendale, =ponte",
        "nl": "feestdag, feestdagen, collectieve vrije dag, officiële feestdag",
        "sv da nb fi": "helgdag, röd dag, helligdag, helligdage, klämdag, pyhäpäivä, juhlapyhä, arkipyhä",
        "pl cs sk": "święto, dzień ustawowo wolny, státní svátek, sviatok, štátny sviatok",
        "hu ro hr": "ünnepnap, munkaszüneti nap, sărbătoare, sărbătoare legală, blagdan, praznik, neradni dan",
        "ru uk": "праздник, праздничный день, свято",
        "tr el": "resmi tatil, bayram, αργία, επίσημη αργία",
        "he ar zh ja ko": "חג, عطلة رسمية, 节假日, 法定节假日, 假期, 公休日, 祝日, 공휴일, 휴일",
    },
    Meaning.HIDDEN: {
        "en": "=busy, =free, =private, =private appointment, =private event, =working elsewhere, =available,"
        " =unavailable slot, =no title, =blocked, =reserved, =tentative, =confidential, =busy tentative, =untitled",
        "de": "=beschäftigt, =gebucht, =belegt, =frei, =privat, =privater termin, =an anderem ort tätig,"
        " =verfügbar, =besetzt, =mit vorbehalt, =vertraulich",
        "fr": "=occupé, =occupée, =libre, =privé, =rendez-vous privé, =travaille ailleurs, =disponible, =indisponible",
        "es": "=ocupado, =ocupada, =libre, =privado, =cita privada, =trabajando en otro lugar, =disponible,"
        " =no disponible",
        "pt": "=ocupado, =ocupada, =livre, =privado, =particular, =compromisso particular, =disponível",
        "it": "=occupato, =occupata, =libero, =privato, =appuntamento privato, =disponibile, =fuori sede",
        "nl": "=bezet, =vrij, =bezig, =privé, =privéafspraak, =beschikbaar, =elders werkzaam",
        "ca eu gl": "=ocupat, =lliure, =privat, =lanpetuta, =libre",
        "sv da nb": "=upptagen, =ledig, =privat, =privat möte, =optaget, =opptatt, =ledig tid, =privat avtale,"
        " =privat aftale",
        "fi et lv lt": "=varattu, =vapaa, =yksityinen, =hõivatud, =vaba, =aizņemts, =brīvs, =užimta, =užimtas, =laisva",
        "pl cs sk": "=zajęty, =zajęte, =zajęta, =wolny, =prywatne, =zaneprázdněn, =obsazeno, =volno, =soukromá,"
        " =volný, =zaneprázdnený, =obsadené, =voľný, =súkromné",
        "hu ro": "=foglalt, =elfoglalt, =szabad, =magán, =ocupat, =liber, =privat",
        "hr sr sl bg": "=zauzeto, =zauzet, =slobodan, =zaseden, =zasedeno, =prost, =заето, =зает, =свободен, =заузето",
        "ru uk": "=занят, =занято, =свободен, =свободно, =частная, =зайнято, =зайнятий, =вільно, =вільний",
        "tr el": "=meşgul, =dolu, =müsait, =boş, =özel, =απασχολημένος, =κατειλημμένος, =διαθέσιμος, =ιδιωτικό",
        "he ar": "=עסוק, =תפוס, =פנוי, =פרטי, =مشغول, =متاح, =خاص",
        "zh ja ko": "=忙碌, =忙, =有空, =空闲, =私人, =私人约会, =予定あり, =予定なし, =取り込み中, =非公開,"
        " =非公開の予定, =바쁨, =한가함, =비공개, =다른 용무 중",
        "vi th id": "=bận, =rảnh, =ไม่ว่าง, =ว่าง, =sibuk, =lowong",
    },
    Meaning.EVENT: {
        "en": "event, events, meeting, appointment, invitation, invite, shift, booking, occurrence, series,"
        " calendar entry",
        "de": "termin, termine, besprechung, ereignis, veranstaltung, einladung, serie, schicht",
        "fr": "événement, évènement, réunion, rendez-vous, invitation, l'événement, série",
        "es pt": "evento, reunión, cita, invitación, reunião, compromisso, convite, turno",
        "it ca": "evento, riunione, appuntamento, invito, esdeveniment, reunió, cita",
        "nl": "afspraak, vergadering, gebeurtenis, uitnodiging, evenement",
        "sv da nb fi": "händelse, möte, inbjudan, begivenhed, møde, aftale, invitation, hendelse, møte, avtale,"
        " invitasjon, tapahtuma, kokous, kutsu",
        "pl cs sk": "wydarzenie, spotkanie, zaproszenie, událost, schůzka, pozvánka, udalosť, stretnutie",
        "hu ro tr": "esemény, találkozó, meghívó, eveniment, întâlnire, etkinlik, toplantı, davet",
        "ru uk el": "мероприятие, встреча, приглашение, подія, зустріч, εκδήλωση, συνάντηση",
        "zh ja ko": "活动, 会议, 予定, 会議, イベント, 일정, 회의, 이벤트",
        "he ar": "אירוע, פגישה, حدث, اجتماع",
    },
    Meaning.FILLER: {
        "en": "is, are, was, be, will be, has, have, had, a, an, the, of, on, in, at, to, for, from, until, till,"
        " thru, through, since, with, due, s, today, tomorrow, all, day, days, full, half, half day, full day,"
        " morning, afternoon, am, pm, a m, p m, hour, hours, hrs, h, d, first half, second half, week, weeks,"
        " month, approved, confirmed, taken, booked, planned, scheduled, paid, partial, part, and, mon, tue, wed,"
        " thu, fri, sat, sun, monday, tuesday, wednesday, thursday, friday, saturday, sunday, jan, feb, mar, apr,"
        " jun, jul, aug, sep, oct, nov, dec, january, february, march, april, june, july, august, september,"
        " october, november, december, returns, returning, takes, took, goes, going, starts, currently, now,"
        " taking, working, by, organizer, has been, been",
        "de": "ist, hat, im, in, am, vom, von, bis, der, die, das, den, dem, des, ab, und, auf, wegen, heute,"
        " morgen, tag, tage, ganztägig, ganzer, halber, halbtags, halbtägig, halber tag, vormittag, nachmittag,"
        " vormittags, nachmittags, woche, genehmigt, bestätigt, stunden, std, wieder, zurück, macht, wird, wurde,"
        " bezahlt, ganztags",
        "fr": "est, a, en, le, la, les, l, d, de, du, des, au, à, jusqu, jusqu'au, et, journée, demi-journée,"
        " demi, matin, après-midi, matinée, jour, jours, heures, validé, approuvé, aujourd'hui, semaine, sera, été",
        "es": "está, esta, es, en, de, del, el, la, los, las, hasta, desde, por, y, día, días, medio, medio día,"
        " mañana, tarde, hoy, semana, horas, aprobado, aprobada, completo, confirmado, estará, se, ha, sido",
        "pt": "está, é, em, de, do, da, dos, das, o, a, até, desde, por, e, dia, dias, meio, meio período, manhã,"
        " tarde, hoje, semana, horas, aprovado, aprovada, inteiro, confirmado, estará, foi, para",
        "it": "è, in, di, del, della, il, lo, la, al, fino, dal, per, e, giorno, giorni, mezza, giornata,"
        " mezza giornata, mattina, pomeriggio, oggi, settimana, ore, approvato, approvata, intera, stato",
        "nl": "is, heeft, op, de, het, van, tot, met, en, dag, dagen, halve, halve dag, ochtend, middag, vandaag,"
        " week, uur, uren, goedgekeurd, hele",
        "sv da nb fi": "är, har, på, i, till, från, och, dag, dagar, hel, halv, halvdag, förmiddag, eftermiddag,"
        " idag, vecka, godkänd, er, til, fra, og, dage, dager, hele, formiddag, ettermiddag, i dag, uge, uke,"
        " godkendt, godkjent, on, ja, päivä, puoli, puolipäivä, aamupäivä, iltapäivä, tänään, hyväksytty",
        "pl cs sk hu ro": "jest, na, do, od, i, w, dzień, dni, pół, cały, rano, dziś, dzisiaj, zatwierdzone, je,"
        " v, den, dny, půl, celý, dopoledne, odpoledne, dnes, schváleno, deň, dní, pol, az, egész, fél, nap,"
        " napos, délelőtt, délután, ma, jóváhagyva, este, zi, zile, jumătate, azi, aprobat",
        "ru uk tr": "на, в, с, по, до, и, день, дня, дней, пол, полдня, весь, утро, сегодня, утверждено, та, дні,"
        " gün, günlük, yarım, tam, bugün, kadar, onaylandı, ve",
    },
}

# What mail programs put before the title of an answer or a copy.
MAIL_MARKS = (
    "re fw fwd aw wg tr rv res enc ref sv vs vb vl vá fs ynt ilt odp pd i r ri inoltro doorst antw copy kopie copia"
    " copie updated aktualisiert accepted zugesagt invitation einladung 回复 转发 回覆 轉寄 返信 転送"
)
