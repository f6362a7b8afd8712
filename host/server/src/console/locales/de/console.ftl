# Texte der Konsole, Deutsch. Die Schlüssel sind die von ../en/console.ftl; ein Test vergleicht sie.

## Frame
skip = Zum Inhalt springen
nav-main = Hauptnavigation
nav-menu = Menü
nav-overview = Übersicht
nav-connectors = Konnektoren
nav-runs = Läufe
nav-held = Zurückgehalten
nav-people = Personen
nav-plugins = Plugins
nav-audit = Audit
nav-settings = Einstellungen
nav-account = Ihr Konto
nav-waiting = warten auf eine Entscheidung
sign-out = Abmelden
theme-auto = Wie das System
theme-light = Hell
theme-dark = Dunkel
right-personal = darf persönliche Werte sehen
role-viewer = Leser
role-operator = Bediener
role-editor = Bearbeiter
role-admin = Administrator
foot-api = API
foot-palette = Gehe zu
palette-find = Person oder Seite
palette-people = Personen suchen
pages = Seiten
next-page = Nächste Seite
older = Ältere
all = Alle
none = keiner
never = nie
yes = Ja
or = oder
to = zu
from = Von
until = Bis
look = Ansehen
search = Suchen
share = Anteil
examples = Beispiele
before = Vorher
read = Gelesen
filter = Filtern
filter-name = Name oder Anbieter
filter-empty = Zu diesem Filter passt nichts
filter-clear = Filter aufheben
any-time = Beliebig
over-7d = Länger als 7 Tage
people = { $count ->
        [one] { $count } Person
       *[other] { $count } Personen
    }
took = Dauer { $time }
line = Zeile { $line }

## Acts
act-apply = Übernehmen
act-approve = { $count ->
        [one] { $count } Änderung
       *[other] { $count } Änderungen
    } freigeben
act-cancel-run = Lauf anhalten
act-check = Verbindung testen
act-copy = Kopieren
act-download = Herunterladen
act-edit = Bearbeiten
act-edit-of = Bearbeiten: { $name }
act-export = Exportieren
act-forget = Diese Person vergessen
act-map = Zuordnen
act-pause = Pausieren
act-pause-of = Pausieren: { $name }
act-pin = Anheften
act-pin-of = Anheften: { $name }
act-pin-for = Anheften für Vorschauen von { $name }
act-unpin = Lösen
act-unpin-of = Lösen: { $name }
act-unpin-for = Lösen von den Vorschauen von { $name }
act-plan = Planen
act-plan-of = Planen: { $name }
act-plan-see = Plan ansehen
act-print = Drucken
act-refuse = Ablehnen
act-reject = Ablehnen
act-reload = Neu laden
act-resume = Fortsetzen
act-resume-of = Fortsetzen: { $name }
act-retry = Erneut versuchen
act-rollback = Zurückrollen
act-swap = Jetzt tauschen
act-sync = Jetzt synchronisieren
act-sync-of = Jetzt synchronisieren: { $name }
act-undo = Lauf rückgängig machen
act-verify = Kette prüfen

## States
state-in-tune = Im Einklang
state-running = Läuft
state-held = Zurückgehalten
state-failed = Fehlgeschlagen
state-paused = Pausiert
state-new = Nie gelaufen
state-invalid = Ungültig
state-active = Aktiv
state-draft = Entwurf
state-retiring = Auslaufend
state-planned = Geplant
state-applied = Angewendet
state-nothing = Nichts zu tun
state-stopped = Angehalten
state-interrupted = Unterbrochen
state-queued = Wartet
state-rejected = Abgelehnt
state-undone = Rückgängig
state-expired = Abgelaufen
state-written = Geschrieben
state-gone = Konto fehlt
state-conflict = Konflikt
state-not-sent = Nicht gesendet
state-set = Setzen
state-clear = Leeren
state-photo = Bild
state-same = Im Einklang
state-kept = Behalten
state-unknown = Nicht gelesen
state-matched = Mit Konto
state-unmatched = Kein Konto
state-ambiguous = Mehrdeutig
state-left = Ausgeschieden
state-out-of-scope = Nicht im Bereich
state-shadow = Im Vergleich
state-refused = Abgelehnt
state-previous = Vorherige
state-quarantined = In Quarantäne
state-attention = Über 7 Tage
state-reachable = Erreichbar
state-throttled = Gedrosselt
state-maintenance = Wartung
state-unreachable = Nicht erreichbar
check-ok = gut
check-bad = fehlgeschlagen
check-warn = Hinweis
op-set = Gesetzt
op-clear = Geleert
op-photo = Bilder
op-failed = Fehlgeschlagen
mode-sync = Synchronisierung
mode-sync-hint = Vollständige Liste, unveränderte Personen übersprungen
mode-changes = Nur Änderungen
mode-changes-hint = Was sich seit dem letzten Lauf geändert hat
mode-full = Vollsynchronisierung
mode-full-hint = Niemand übersprungen, Ziele neu gelesen
mode-user = Einen Benutzer synchronisieren
mode-user-hint = Person auswählen
mode-undo = Rücknahme
mode-pictures = Bilder
mode-plan = Plan
trigger-schedule = Zeitplan
trigger-hand = Von Hand
trigger-api = API
trigger-swap = Austausch
phase-read = Lesen
phase-plan = Planen
phase-write = Schreiben
kind-entity-property = Entity-Eigenschaft
kind-admin-form = Benutzereigenschaft
kind-custom = Eigene Route
kind-account = Kontofeld
kind-photo = Bild
kind-profile = Profilfeld
missing-keep = Fehlt: behalten, was da ist
missing-clear = Fehlt: leeren
missing-fail = Fehlt: zurückhalten
missing-default = Fehlt: Vorgabewert
whose-retry = Behebt sich selbst.
whose-operator = Für Sie:
whose-data = Im Verzeichnis:
whose-bug = Bitte melden:
from-bundled = Mitgeliefert
from-file = Ordner
from-uploaded = Hochgeladen
from-dev = Entwicklung
guard-changed-people = Geänderte Personen
guard-cleared-values = Geleerte Werte
guard-one-value-takes-over = Ein Wert verdrängt andere
guard-source-shrinks = Quelle schrumpft
guard-failed-values = Fehlgeschlagene Werte
guard-emptied-attribute = Attribut geleert
guard-state-ok = in der Grenze
guard-state-few = zu wenige Personen, um einen Plan anzuhalten
guard-state-warn = hält diesen Plan an
guard-state-mute = nicht geprüft

## Columns
col-24h = Änderungen, 24 h
col-accounts = Konten
col-acts = Aktionen
col-attribute = Attribut
col-began = Beginn
col-calls = Berechnete Werte
col-change = Änderung
col-changed = Letzte Änderung
col-changes = Änderungen
col-connector = Konnektor
col-coverage = Mit Wert
col-day = Tag
col-digest = Digest
col-example = Beispiel
col-field = Feld
col-from = Herkunft
col-function = Funktion
col-hash = Hash
col-held = Zurückgehalten
col-last = Letzter Lauf
col-last-good = Letzter guter Lauf
col-message = Meldung
col-mode = Art
col-next = Nächster Lauf
col-next-try = Nächster Versuch
col-object = Objekt
col-options = Optionen
col-people = Personen
col-people-held = Personen / zurückgeh.
col-person = Person
col-plugin = Plugin
col-result = Ergebnis
col-rule = Quellattribut und Schritte
col-run = Lauf
col-size = Größe
col-state = Zustand
col-target = Ziel
col-time = Zeit
col-took = Dauer
col-used = Zeilen
col-username = Benutzername
col-value = Wert
col-wanted = Quelle sagt
col-week = 7 Tage
col-written = Zuletzt geschrieben
col-what = Was
col-who = Wer
col-why = Warum

## Overview
overview-in-tune = Personen im Einklang
overview-changes = Änderungen in 24 h
overview-week = { $count } in 7 Tagen
overview-chart = Änderungen, letzte 7 Tage
of-people = von { $count }
of-total = von { $total }
held-old = { $count } länger als 7 Tage
held-none-old = keine länger als 7 Tage
next-run = Nächster Lauf
next-none = Nichts geplant
attention = Braucht Aufmerksamkeit
attention-none = Nichts. Alles ist im Einklang.
attention-none-held = Nichts zu entscheiden. { $count ->
        [one] Eine Person ist zurückgehalten und wird von selbst wieder versucht.
       *[other] { $count } Personen sind zurückgehalten und werden von selbst wieder versucht.
    }
more-items = { $count } weitere
sites = Sites
sites-empty = Noch keine Site
upcoming = Nächste Läufe
chart-empty = Keine Läufe in den letzten 7 Tagen

## Connectors
connectors-lede = Jeder Konnektor liest einen Identitätsanbieter und hält die Profile seiner Jira- und Confluence-Sites im Einklang.
connectors-empty = Noch kein Konnektor
connectors-empty-text = Beginnen Sie mit dem Beispiel Ihres Anbieters. Nichts wird geschrieben, bevor Sie einen Lauf starten.
connector-add = Konnektor hinzufügen
broken-effect = Die letzte gute Revision läuft weiter.
tabs-connector = Einstellungen des Konnektors
tab-status = Status
tab-mappings = Zuordnungen
tab-people = Personen
tab-pictures = Bilder
tab-scope = Bereich und Abgleich
tab-schedule = Zeitplan und Schutzgrenzen
tab-source = Quelle
tab-file = Datei
run-watch = Verfolgen
run-see = Lauf ansehen
run-word = Lauf
plan-waits = { $changes ->
        [one] { $changes } Änderung wartet
       *[other] { $changes } Änderungen warten
    } auf eine Entscheidung; { $people ->
        [one] { $people } Person wurde
       *[other] { $people } Personen wurden
    } angesehen.
plan-look = Plan ansehen
pending-title = Eine Änderung der Datei nimmt etwas weg und wartet.
pending-look = Unterschied ansehen
by-cause = nach Ursache
without-account = Ohne Konto
last-runs = Letzte Läufe
check-title = Verbindungstest
check-empty = Noch nicht getestet
checked = Geprüft
seen-title = Neue und verschwundene Attribute
facts-title = Einstellungen

## Mappings
mapping-title = Attributzuordnung
mapping-add = Neue Zuordnung
mapping-failed = { $count } zurückgehalten
mapping-people = { $count ->
        [one] { $count } Person
       *[other] { $count } Personen
    } im Bereich
mapping-cells = Öffnen Sie einen Wert, um seine Schritte zu sehen.
mappings-empty = Noch nichts zugeordnet
mappings-empty-text = Fügen Sie eine Zuordnung hinzu, oder beginnen Sie mit einer Vorlage Ihres Anbieters.
rule-always = immer
rule-else = sonst
move-up = { $name } nach oben
move-down = { $name } nach unten

## Runs and plans
runs-lede = Jeder Lauf behält seinen Plan, seine Änderungen und die vorherigen Werte.
runs-empty = Noch kein Lauf
runs-empty-text = Erstellen Sie einen Plan: Er liest nur und schreibt nichts.
run-cancel-sure = Diesen Lauf anhalten? Geschriebenes bleibt geschrieben.
live = Fortschritt
eta = fertig in
fig-written = Geschrieben
fig-held = Zurückgehalten
fig-people = Personen im Bereich
fig-changes = Änderungen
fig-sets = Gesetzt
fig-clears = Geleert
fig-photos = Bilder
fig-adopted = Übernommen
fig-failed = Fehlgeschlagen
fig-skipped = Unverändert
by-target = Nach Ziel
problems = Probleme
problems-none = Keine Probleme
held-all = Alle { $count }
changes-title = { $count ->
        [one] { $count } Änderung
       *[other] { $count } Änderungen
    }
changes-none = Nichts zu ändern: alles ist im Einklang
facts-run = Über diesen Lauf
facts-plan = Über diesen Plan
fact-id = Kennung
fact-revision = Revision der Datei
fact-plan = Plan
fact-digest = Digest
fact-now = Zeit der Auswertung
fact-repeatable = Wiederholbar
no-timeouts = Nein: Ein Plugin erreichte seine Zeitgrenze
plan-title = Plan
plan-lede = { $changes ->
        [one] { $changes } Änderung
       *[other] { $changes } Änderungen
    } für { $people ->
        [one] { $people } Person
       *[other] { $people } Personen
    }, von { $looked } angesehenen. Vor der Freigabe wird nichts geschrieben.
plan-lede-least = { $changes } Änderungen für mindestens { $people ->
        [one] { $people } Person
       *[other] { $people } Personen
    }, von { $looked } angesehenen. Vor der Freigabe wird nichts geschrieben.
plan-lede-looked = { $changes ->
        [one] { $changes } Änderung
       *[other] { $changes } Änderungen
    }; { $looked ->
        [one] { $looked } Person wurde
       *[other] { $looked } Personen wurden
    } angesehen. Vor der Freigabe wird nichts geschrieben.
plan-made = Erstellt
plan-until = gültig bis
plan-what = Was er schreiben würde
plan-views = Ansichten
by-value = Nach Wert
by-field = Nach Feld
by-person = Nach Person
values-rest = { $count } weitere Änderungen sind zu verschieden, um hier zu stehen: „Nach Feld“ zählt sie, „Nach Person“ führt sie auf.
plan-not = Was er nicht schreiben kann
guards = Schutzgrenzen
decide = Entscheiden
decided = Entschieden
comment = Kommentar
comment-hint = Steht danach im Audit-Protokoll.
approve-hint = Genau dieser Plan wird geschrieben, und davon nur, was noch zutrifft.
approve-pauses = Der Konnektor wird damit pausiert, damit sein nächster Lauf nicht dasselbe wieder schreibt: Setzen Sie ihn fort, sobald die Ursache behoben ist.

## Held people
held-lede = Werte, die nicht in Einklang kamen, nach Ursache. Was da ist, bleibt; alle anderen laufen weiter.
held-since = Seit
last-seen = zuletzt
fixes = Was das behebt:
select-all = Alle auswählen
select-one = { $name } auswählen
tries = { $count ->
        [one] { $count } Versuch
       *[other] { $count } Versuche
    }
when-changed = bei Änderung
more-values = { $count ->
        [one] { $count } weiterer Wert
       *[other] { $count } weitere Werte
    }
retry-chosen = Ausgewählte erneut versuchen
retry-all = Alle { $count } erneut versuchen
retry-nobody = Niemand wurde ausgewählt. Haken Sie an, wer erneut versucht werden soll, oder versuchen Sie alle.
retry-over = Von diesen wird niemand mehr zurückgehalten.
retry-done = { $count ->
        [one] { $count } Person wird erneut versucht.
       *[other] { $count } Personen werden erneut versucht.
    }
retry-most = { $count } Personen werden erneut versucht, zuerst die, deren letzter Versuch am längsten her ist. { $left } weitere bleiben: Versuchen Sie diese, wenn die ersten durch sind.
held-empty = Niemand wird zurückgehalten
held-empty-text = Wer in Einklang gebracht werden konnte, ist es.

## People
people-lede = Warum in einem Profil steht, was dort steht.
people-find = Name, Benutzername, E-Mail oder Quellschlüssel
no-personal = Sie dürfen persönliche Werte nicht sehen. Namen und Werte fehlen, und Personen findet nur, wer ihren ganzen Schlüssel angibt; das Recht vergibt ein Administrator.
too-many = Nur die ersten 100 werden gezeigt.
people-none = Niemand passt zu „{ $what }“
people-none-text = Durchsucht werden die Personen im Bereich, wie zuletzt gelesen.
pinned-some = Vorschauen von Zuordnungen zeigen die Angehefteten, höchstens drei.
pinned-none = Vorschauen von Zuordnungen zeigen die ersten Personen. Heften Sie bis zu drei an, die Sie gut kennen.
people-recent = Kürzlich geändert
people-empty = Noch keine Personen
people-empty-text = Sie erscheinen mit dem ersten Plan.
test-user = Benutzer testen
no-account-text = Hier gibt es kein Konto, also wird nichts geschrieben.
written-by = Geschrieben von
source-now = Quelle jetzt
no-document = Kein Dokument aufbewahrt
history = Verlauf
history-empty = Noch nichts geändert
forget-sure = Diese Person vergessen? Dokumente, Verlauf und frühere Werte werden gelöscht.

## Plugins
plugins-lede = Ein Plugin kann nur rechnen: kein Netz, keine Dateien, keine Uhr, keine Geheimnisse. Jedes wird im laufenden Betrieb ersetzt.
plugins-providers = Anbieter
plugins-transforms = Umformungen
plugins-empty = Keine
plugin-add = Plugin hinzufügen
plugin-file = WebAssembly-Datei
plugin-file-hint = Wird geprüft und verglichen, bevor etwas es benutzt.
plugin-upload = Hochladen und prüfen
shadow-look = Vergleich ansehen
swap-title = Wartende Fassung
swap-hint = Laufende Läufe behalten die Fassung, mit der sie begannen.
shadow-sum = { $people ->
        [one] { $people } Person
       *[other] { $people } Personen
    } verglichen: { $same } gleich, { $differ } verschieden.
shadow-failing = Bei { $count ->
        [one] { $count } Person
       *[other] { $count } Personen
    } schlägt ein Wert neu fehl.
shadow-fine = Bei { $count ->
        [one] { $count } Person
       *[other] { $count } Personen
    } schlägt ein Wert nicht mehr fehl.
shadow-change = Jetzt und dann
shadow-same = Alle Werte sind gleich
card-title = Berechtigungen
card-changed = Die wartende Fassung:
card-reads = Liest
card-writes = Schreibt
card-network = Netz
card-files = Dateien
card-clock = Uhr, Zufall
card-secrets = Geheimnisse
card-contract = Vertrag
functions = Funktionen
uses = Braucht
generations = Generationen
generations-none = Nur die Fassung aus diesem Programm ist bisher gelaufen.
limits = Genutzte Grenzen, 7 Tage
limit-time = Längster Aufruf
limit-memory = Größter Speicher
used-by = Benutzt von
used-none = Keine Zuordnung benutzt es

## Audit
audit-lede = Wer was getan hat und was daraus wurde. Jede Zeile trägt den Hash der vorigen.
audit-find = Aktion oder Objekt

## Sign-in and errors
sign-in = Anmelden
sign-in-text = Profile im Einklang mit Ihrem Verzeichnis.
sign-in-with = Mit { $name } anmelden
sign-in-wait = Erneut möglich in { $seconds ->
        [one] { $seconds } Sekunde
       *[other] { $seconds } Sekunden
    }.
session-ended = Ihre Sitzung ist beendet.
username = Benutzername
password = Passwort
password-hint = Mindestens { $count } Zeichen; ein Passwortmanager darf es ausfüllen.
first-use = Erste Benutzung
first-use-text = Mit einem Einrichtungscode werden Sie Administrator oder setzen Ihr Passwort neu.
first-use-go = Anlegen und anmelden
setup-code = Einrichtungscode
setup-code-hint = Der Dienst nennt ihn beim ersten Start; später: `attune admin code`.
err-effect = Folge
err-do = Was zu tun ist
err-request = Anfrage

## Values that are none
value-absent = fehlt
value-empty = leer
value-unknown = nicht gezählt
value-unread = nicht gelesen
value-hidden = verborgen
value-unavailable = nicht abgefragt
## Forms
next = Weiter
back = Zurück
back-to-form = Zurück zum Formular
one-per-line = Je Zeile eines.
cancel = Abbrechen
save = Speichern
save-plan = Speichern und planen
review = Änderung ansehen
choose = Wählen
required = nötig
remove = { $name } entfernen
steps = Schritte
usual = Vorgabe
col-fields = Felder

## Add New Mapping
mapping-kind = Art
mapping-name = Name
mapping-name-hint = Genau so, wie das Ziel ihn zeigt. Vorhandene Namen werden angeboten.
mapping-source = Quellattribut
mapping-steps = Umformung
mapping-difference = Unterschied
mapping-remove = Diese Zuordnung entfernen
source-pick = Attribute, die vorkamen
source-find = Attribut oder Wert suchen
source-type = Geben Sie es unten ein: es muss nicht in der Liste stehen.
source-failed = Die Quelle war nicht zu lesen und wird eine Weile nicht gefragt: { $why }
source-unread = Noch nichts gelesen
source-unread-text = Testen Sie die Verbindung, oder geben Sie das Attribut ein.
source-other = Oder eine der anderen Möglichkeiten
source-typed = Ein anderes Attribut
source-typed-hint = Ein Selektor, etwa phones[type=work].value
source-first = Sonst diese, der Reihe nach
source-first-hint = Das erste mit einem Wert gilt.
source-constant = Ein fester Wert
source-constant-hint = Für alle gleich.
suggested = passend
steps-none = Keine Schritte: Der Wert wird geschrieben, wie er kommt.
step-add = Schritt hinzufügen
step-add-of = { $name } hinzufügen
step-choose = Funktion wählen
rules = Regeln
rule-missing = Kein Wert in der Quelle
rule-default = Vorgabewert
rule-existing = Es steht schon ein anderer Wert dort
rule-apply = Geschrieben
existing-overwrite = Überschreiben, alten für Rücknahme behalten
existing-keep = Behalten
existing-hold = Zurückhalten
apply-always = Immer
apply-once = Einmal, solange das Feld leer ist
preview = Vorschau
preview-again = Vorschau
preview-empty = Noch niemand gelesen, also gibt es nichts zu zeigen.
count-set = { $count } erhalten einen Wert
count-empty = { $count } ohne
count-failed = { $count } zurückgehalten
change-effect = Was die neue Datei bewirken würde
change-none = Es ändert sich nichts.
change-waits = Sie nimmt etwas weg. Sie wird gespeichert und wartet, bis Sie sie annehmen.
change-unsaved = Es wurde nicht gespeichert
change-newer = Die Datei hat sich geändert, seit Sie begonnen haben, und es wurde nichts geschrieben. Was Sie eingegeben haben, ist noch da: Gehen Sie zurück zum Formular, und sehen Sie den Unterschied zur neueren Datei an.

## Tabs of a connector
pictures-recent = Letzte Bilder
pictures-empty = Noch kein Bild
pictures-settings = Bilder
pictures-on = Bilder in { $target } im Einklang halten
pictures-size = Kante, Pixel
pictures-none = Kein Bild in der Quelle
pictures-keep = Behalten
pictures-reset = Zurücksetzen
pictures-size-wrong = Das ist keine Anzahl von Pixeln.
fig-pictures = Mit Bild
scope-listed = Gelistet
scope-in = Im Bereich
scope-out = Ausgelassen
scope-include = Aufnehmen, alle müssen gelten
scope-exclude = Ausschließen, eine genügt
scope-groups = Nur Mitglieder dieser Gruppen
cond-test = Prüfung
cond-equals = ist gleich
cond-not-equals = ist nicht
cond-in = ist eines von
cond-matches = passt zu
cond-present = ist vorhanden
cond-value = Wert; von mehreren je Zeile einer
cond-hint = „ist eines von“ nimmt mehrere Werte: je Zeile einen.
match-title = Abgleich in { $target }
match-account = Kontofeld
match-username = Benutzername
match-email = E-Mail
match-hint = Die erste Regel, die genau ein Konto findet, gilt. Konten werden nie angelegt.
leavers = Ausgeschiedene
leavers-keep = Behalten
leavers-keep-hint = Ihr Profil bleibt, wie es ist.
leavers-clear = Leeren
leavers-clear-hint = Nur was von uns ist, in einem geschützten Plan.
leavers-after = Nach
schedule = Zeitplan
time-zone = Zeitzone
locale = Gebietsschema
guards-text = Geprüft am ganzen Plan vor dem ersten Schreiben. Ein Plan über einer Grenze wartet auf Sie.
guard-fired = { $count ->
        [one] hielt { $count } Plan in 30 Tagen an
       *[other] hielt { $count } Pläne in 30 Tagen an
    }
source-options = Quelle
endpoint = Adresse: { $slot }
credentials = Zugangsdaten
credentials-hint = Ein Geheimnis wird hier nur benannt, nie eingetragen: eine Umgebungsvariable oder eine Datei des Servers.
attributes-seen = Attribute, die vorkamen
discover = Stichprobe lesen
mapped = zugeordnet
sampled = Aus { $count } Personen
act-accept = Diese Revision annehmen
file-hint = Kommentare bleiben. Sie sehen den Unterschied, bevor geschrieben wird.
file-newer = Die Datei hat sich geändert, seit Sie begonnen haben. Unten steht, was Sie eingegeben haben; der nächste Unterschied ist der zur neueren Datei.
file-again = Die neuere Datei laden
revisions = Revisionen

## Settings
set-you = Sie
set-tokens = Token
set-sessions = Sitzungen
set-roles = Rollen
set-system = System
set-look = Sprache und Aussehen
language = Sprache
theme = Farbschema
set-keys = Tastenkürzel mit einer Taste
set-keys-hint = / Suche, g c Konnektoren, g r Läufe. Strg+K geht immer.
set-password = Passwort
password-now = Jetziges Passwort
password-new = Neues Passwort
token-shown = Kopieren Sie den Token jetzt: Er wird nur dieses Mal gezeigt.
token-name = Name
token-scopes = Darf
token-made = Erstellt
token-used = Zuletzt benutzt
token-expires = Läuft ab
token-new = Neuer Token
token-days = Tage bis zum Ablauf
token-make = Token erstellen
tokens-empty = Kein Token
tokens-empty-text = Programme, die die API aufrufen, brauchen einen.
revoke = Widerrufen
revoke-of = Widerrufen: { $name }
session-from = Von
session-seen = Zuletzt gesehen
session-this = Diese
session-end = Beenden
role = Rolle
roles-people = Personen
roles-nobody = Niemand mit Passwort
roles-nobody-text = Administratoren kommen über einen Link oder OpenID Connect.
roles-claims = Rollen aus Claims
roles-claims-none = Keine Regel: Nur der lokale Administrator meldet sich an.
roles-claims-hint = Festgelegt unter [auth] in attune.toml.
set-kept = Was aufbewahrt wird

## Wizard
wiz-provider = Anbieter
wiz-credentials = Zugangsdaten
wiz-test = Verbindungstest
wiz-people = Drei Personen
wiz-mappings = Zuordnungen
wiz-target = Ziel
wiz-plan = Plan
wiz-provider-which = Woher kommen Ihre Personen?
wiz-provider-missing = Wählen Sie einen Anbieter.
wiz-about-entra = Über Microsoft Graph
wiz-about-okta = Über die Verwaltungs-API einer Organisation
wiz-about-google = Workspace und Cloud Identity, über die Directory API
wiz-about-keycloak = Ein Realm, über die Admin-REST-API
wiz-about-scim = Jeder Dienst, der SCIM 2.0 spricht
wiz-about-ldap = OpenLDAP, 389 Directory Server, Active Directory
wiz-name = Name des Konnektors
wiz-name-hint = Kleinbuchstaben, Ziffern und Bindestriche.
wiz-name-taken = Einen Konnektor dieses Namens gibt es schon. Wählen Sie einen anderen.
wiz-have-file = Ich habe eine Datei
wiz-import = Fügen Sie sie unten ein, oder beginnen Sie mit dem Beispiel eines Anbieters. Aus Einstellungen von User Sync und der Bereitstellung von Entra macht `attune mapping import` eine Datei.
wiz-look = Nicht alles kann so bleiben. Sehen Sie sich die markierten Felder an; Ihre Eingaben sind noch da.
wiz-missing = Das wird gebraucht.
wiz-url-wrong = Eine Adresse beginnt mit ihrem Schema, etwa https://login.example.com
wiz-sign-in = Anmeldung
wiz-kind-missing = Wählen Sie, womit angemeldet wird.
wiz-kind-basic = Benutzername und Passwort
wiz-kind-bearer = Zugriffstoken
wiz-kind-header = Schlüssel in einem Header
wiz-kind-api-token = API-Token
wiz-kind-oauth2-client-credentials = Client-Geheimnis
wiz-kind-oauth2-private-key-jwt = Privater Schlüssel oder Zertifikat
wiz-kind-google-service-account = Dienstkonto
wiz-kind-ldap-bind = Bind mit Passwort
wiz-key-username = Benutzername
wiz-key-password = Passwort
wiz-key-token = Token
wiz-key-name = Name des Headers
wiz-key-value = Wert des Headers
wiz-key-client-id = Client-ID
wiz-key-client-secret = Client-Geheimnis
wiz-key-certificate = Zertifikat, eine Datei des Servers
wiz-key-key-id = Schlüssel-ID
wiz-key-private-key = Privater Schlüssel
wiz-key-subject = Handelt für diesen Administrator
wiz-key-key = Schlüsseldatei
wiz-key-dn = Bind-DN
wiz-where-of = { $name }: wo es liegt
wiz-in-file = Datei
wiz-in-env = Variable
wiz-env-wrong = Das ist kein Name einer Umgebungsvariable. Ein Geheimnis selbst gehört nicht hierher.
wiz-usual = Leer gelassen: { $url }
wiz-more = Weitere Optionen
wiz-need = Was { $name } erlauben muss
wiz-anyway = Ohne weitermachen
wiz-anyway-text = Sie können weitermachen. In den nächsten Schritten fehlen dann Personen und ihre Werte, und die Zeilen sind die üblichen statt derer, die Ihre Personen haben. Beheben Sie es und testen Sie erneut, hier oder später im Tab Quelle.
wiz-people-text = Wählen Sie bis zu drei Personen, die Sie gut kennen. Ihre Werte stehen neben den Zuordnungen, jetzt und in späteren Vorschauen.
wiz-people-many = Wählen Sie höchstens drei Personen.
wiz-people-unasked = Der Anbieter wurde nicht gefragt
wiz-people-none = Sie können ohne weitermachen: Vorschauen zeigen dann die ersten Personen.
wiz-ask = Anbieter fragen
wiz-product-which = Wessen Profile werden im Einklang gehalten?
wiz-product-missing = Wählen Sie ein Produkt.
wiz-data-center = Data Center
wiz-cloud = Profile der Atlassian Cloud schreibt diese Version nicht.
wiz-url = Adresse
wiz-match = Welches Konto zu wem gehört
wiz-rules-missing = Nennen Sie mindestens ein Attribut, an dem ein Konto zu finden ist. Confluence findet niemanden per E-Mail-Adresse.
wiz-route = Nur Jira: wo Werte liegen
wiz-template = Mit den üblichen Zuordnungen beginnen
wiz-rows-unasked = Der Anbieter wurde nicht gefragt. Darum sind dies die üblichen Attribute, ohne Werte daneben.
wiz-rows-missing = Wählen Sie mindestens eine Zuordnung.
wiz-rows-more = Weitere Zuordnungen und ihre Schritte können Sie hinzufügen, sobald die Datei gespeichert ist.
wiz-finish = Speichern und Plan erstellen
wiz-plan-text = Die Datei wird gespeichert, und ein Plan wird daraus gemacht. Ins Ziel wird nichts geschrieben, bevor jemand zustimmt.
change-new = Sie wird als neuer Konnektor gespeichert, der vor seinem ersten Lauf nichts schreibt: von Hand oder nach Zeitplan.

## Zeiten, Dauern
time-now = gerade eben
time-ago = vor { $count } min
time-in = in { $count } min
time-today = heute, { $time }
time-yesterday = gestern, { $time }
time-tomorrow = morgen, { $time }
time-weekday = { $day }, { $time }
time-date = { $day }. { $month }, { $time }
time-year = { $day }. { $month } { $year }
month-1 = Jan.
month-2 = Feb.
month-3 = März
month-4 = Apr.
month-5 = Mai
month-6 = Juni
month-7 = Juli
month-8 = Aug.
month-9 = Sept.
month-10 = Okt.
month-11 = Nov.
month-12 = Dez.
weekday-1 = Mo
weekday-2 = Di
weekday-3 = Mi
weekday-4 = Do
weekday-5 = Fr
weekday-6 = Sa
weekday-7 = So
span-ms = { $count } ms
span-seconds = { $count } s
span-minutes = { $count } min
span-hours = { $count } h

## Vom Dienst gesagt
notice-stopping = Der Dienst endet. Was gerade läuft, geht beim nächsten Start weiter.
error-title = Das ging nicht
sign-in-organisation = Ihrer Organisation
door-credentials = Benutzername oder Passwort ist falsch.
door-set-up-code = Der Code ist falsch, verbraucht oder zu alt. `attune admin code` erzeugt einen neuen.
door-sign-in-wait = Nach falschen Versuchen wird der nächste erst später geprüft.
door-weak-password = Das Passwort ist zu kurz, zu lang oder als häufiges bekannt.
door-name = Ein Benutzername hat 1 bis 64 Buchstaben, Ziffern, Punkte, Striche, Unterstriche oder @.
attention-plan = { $name }: ein Plan wartet
attention-plugin = { $name }: eine andere Fassung wartet
attention-file = { $name }: eine Änderung der Datei wartet
attribute-gone = { $count } Personen hatten einen Wert; seit { $time } hat niemand mehr einen.
notice-quarantined = ruht, weil er immer wieder fehlschlägt
notice-recovered = läuft wieder
notice-secret-expires = ein Geheimnis läuft bald ab
notice-not-delivered = ein Attribut wird nicht mehr geliefert
notice-stopped = angehalten
note-running = Ein Lauf ist im Gange.
site-paused = Angehalten von { $name }
product-jira-data-center = Jira
product-confluence-data-center = Confluence
provider-entra = Microsoft Entra ID
provider-google = Google Workspace
provider-okta = Okta
provider-keycloak = Keycloak
provider-ldap = LDAP
provider-scim = SCIM
provider-csv = CSV-Datei
match-key = Schlüssel
fact-match = Abgleich
mode-approve = Freigegebener Plan
trigger-retry = Wiederholung
trigger-maintenance = Nach Wartung
phase-wait = Wartet
phase-match = Abgleichen
rate = { $count } pro Sekunde
run-stopped = Er wurde vor seinem Ende angehalten. Was geschrieben ist, bleibt.
run-interrupted = Er brach ab, als sein Prozess endete. Was geschrieben ist, bleibt; der nächste Lauf dieses Konnektors holt nach, was fehlt.
run-failed = Er ist fehlgeschlagen. Was vorher geschrieben wurde, bleibt.
undo-can = Stellt { $count } Werte wieder her, wo das Feld noch hat, was dieser Lauf schrieb.
undo-then = Daraus wird zuerst ein Plan. Dessen Freigabe pausiert auch den Konnektor, damit sein nächster Lauf nicht dasselbe wieder schreibt.
undo-interrupted = Was er geschrieben hat, ist bekannt, sobald der nächste Lauf nachgesehen hat.
undo-done = Dieser Lauf wurde zurückgenommen.
undo-nothing = Es gibt nichts zurückzunehmen.
undo-running = Ein Lauf, der im Gange ist, wird zuerst angehalten.
plan-is-applied = Dieser Plan wurde freigegeben und geschrieben.
plan-is-rejected = Dieser Plan wurde abgelehnt.
plan-is-expired = Dieser Plan ist zu alt für eine Freigabe: machen Sie einen neuen.
plan-is-nothing = Es gibt nichts zu schreiben.
cause-of-plugin = Ein Plugin hat es gemeldet.
cause-of-plugin-do = Die Meldung sagt, worum es geht.
person-unread = Es ist nicht mehr bekannt, wofür diese Person gelesen wurde. „Jetzt synchronisieren“ liest sie neu.
person-outside = Nicht im Bereich: von dieser Person wird nichts geschrieben.
person-queued = Der Auftrag wartet, bis er an der Reihe ist.
person-synced = { $written ->
        [one] { $written } Wert geschrieben
       *[other] { $written } Werte geschrieben
    }, { $held } zurückgehalten.
why-no-row = keine Zeile entscheidet
why-fixed = ein fester Wert
trace-end = Ergebnis
## Edits
col-read = Zuletzt gelesen
schedule-hint = Minute, Stunde, Tag, Monat, Wochentag
guard-emptied-attribute = Geleertes Attribut
guard-hint-changed-people = Personen, bei denen ein Wert ersetzt oder gelöscht wird.
guard-hint-cleared-values = Werte, die gelöscht würden.
guard-hint-one-value-takes-over = Personen, deren verschiedene Werte zu einem würden.
guard-hint-source-shrinks = Personen, die seit der letzten vollständigen Liste fehlen.
guard-hint-emptied-attribute = Personen, die den Wert eines Attributs verloren.
guard-hint-failed-values = Personen mit einem Wert, der nicht gebildet werden kann.
change-manual = Die Datei wird gespeichert und wartet mit ihrem Plan auf eine Freigabe.
change-guarded = Die Datei wird gespeichert und gilt sofort, die Betroffenen werden in Einklang gebracht; über den Grenzen von [swap] wartet sie mit ihrem Plan.
change-auto = Die Datei wird gespeichert und gilt sofort, die Betroffenen werden in Einklang gebracht, soweit die Schutzgrenzen es zulassen.
change-kept-until = Bis dahin gilt die laufende Revision weiter.
mapping-several = Dieses Feld hat mehrere Zeilen: Bearbeiten Sie sie in der Datei.
mapping-other = Diese Zeile sagt mehr, als ein Formular zeigen kann: Bearbeiten Sie sie in der Datei.
kind-text-entity-property = Sichtbar für Apps und REST-Clients
kind-text-admin-form = Die sichtbaren „User Properties“ der Verwaltungsseiten von Jira
kind-text-custom = Nach den URL-Vorlagen der Konnektordatei
kind-text-account = E-Mail oder voller Name des Kontos selbst
kind-text-profile = Telefon, IM, Website, Position, Abteilung, Ort
field-missing = Nennen Sie das Feld.
field-taken = Dieses Feld ist bereits zugeordnet.
field-unknown = Ein solches Feld gibt es nicht. Es gibt: { $names }
source-missing = Wählen Sie ein Attribut, oder geben Sie eines ein.
trace-source = Quelle
preview-failed = Die Vorschau konnte nicht gebildet werden: { $why }
why-pinned = angeheftet
why-longest = längster Name
why-empty = kein Wert
why-odd = nicht lateinische Buchstaben
note-rows = { $count } Zeilen, die erste passende zählt
note-when = nur wenn die Bedingung zutrifft
note-existing-keep = behält, was vorher da war
note-existing-hold = hält an, wenn vorher etwas da war
note-conflict-keep = behält, was jemand geändert hat
note-conflict-hold = hält an, wenn jemand es geändert hat
step-unknown = Kein laufendes Plugin hat diese Funktion.

plugin-waits = eine andere Fassung wartet
limit-lost = Verlorene Werte
card-none = Nichts
card-nothing = Noch nichts
card-by-host = Nur, was der Host für es erfragt
card-people = Was sein Anbieter liefert
swap-changed-values = geänderte Werte
swap-cleared-values = geleerte Werte
swap-newly-failing = neu fehlschlagende Personen
chain-whole = { $count } Zeilen, ungebrochen.
chain-broken = Nach { $count } Zeilen ist die Kette gebrochen: { $what }.
password-changed = Das Passwort ist geändert.
password-wrong = Das jetzige Passwort ist ein anderes.
roles-local = lokaler Administrator
scope-viewer = Sieht.
scope-operator = Startet, bricht ab, hält an, gibt frei und lehnt ab.
scope-editor = Ändert Konnektordateien und Plugins.
scope-admin = Ändert, wer hinein darf.
scope-personal = Sieht Werte von Personen.
fact-version = Version
fact-state = Zustand
fact-data = Datenordner
system-ready = Bereit
keep-idle = Eine Sitzung ohne Anfrage
keep-session = Eine Sitzung insgesamt
keep-jobs = Beendete Aufträge
span-days = { $count ->
        [one] { $count } Tag
       *[other] { $count } Tage
    }

## Fehler, die Seiten in eigenen Worten sagen
fault-no-such-route = Diese Seite gibt es nicht.
fault-no-such-route-do = Von der Übersicht aus weitergehen, oder mit Strg K suchen.
fault-forbidden = Das dürfen Sie nicht.
fault-forbidden-do = Rollen vergibt ein Administrator; siehe Einstellungen.
fault-cross-site = Eine andere Seite ließ Ihren Browser das senden.
fault-cross-site-do = Es ist nichts geschehen. Laden Sie diese Seite neu und benutzen Sie ihre eigenen Knöpfe.
