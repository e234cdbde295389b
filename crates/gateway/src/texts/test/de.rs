//! German.

use super::{TestResult, TestResults, TestTexts};

/// German.
pub(in crate::texts) const GERMAN: TestTexts = TestTexts {
    title: "Diese Verbindung ausprobieren",
    what: "Der Knopf führt Sie zum Anbieter, wo Sie sich anmelden wie immer, und dann hierher zurück. Niemand wird irgendwo angemeldet.",
    seen: "Wer Ihnen diesen Link geschickt hat, sieht einen Tag lang, was der Anbieter von Ihnen sagt: Ihren Namen, Ihr Konto und dessen E-Mail-Adressen. Gelingt der Test, sagt ein als Test gekennzeichnetes Ereignis dasselbe den Diensten, die zuhören. Kennen Sie den Absender nicht, schließen Sie die Seite. Der Link gilt einmal.",
    begin: "Weiter zum Anbieter",
    mend: "Wie es sich beheben lässt",
    over: "Der Test ist vorbei. Sie können diese Seite schließen und zur Konsole zurückkehren.",
    results: TestResults {
        passed: TestResult {
            title: "Der Test ist bestanden",
            what: "Eine Anmeldung über diese Verbindung funktioniert: Der Anbieter hat gesagt, wer Sie sind. Niemand wurde angemeldet.",
            next: "Die Konsole zeigt jeden Schritt und was der Anbieter gesagt hat.",
        },
        denied: TestResult {
            title: "Sie haben beim Anbieter abgelehnt",
            what: "Sie haben nicht erlaubt, dass er sagt, wer Sie sind; der Test konnte nicht weitergehen.",
            next: "Beginnen Sie einen neuen Test und stimmen Sie zu, wenn Sie auch den Rest sehen wollen.",
        },
        interaction: TestResult {
            title: "Der Anbieter braucht zuerst etwas von Ihnen",
            what: "Sie müssen sich dort anmelden, zustimmen oder ein Konto wählen.",
            next: "Tun Sie das beim Anbieter und beginnen Sie dann einen neuen Test.",
        },
        not_admitted: TestResult {
            title: "Die Verbindung ist hier nicht zu benutzen",
            what: "Sie wurde seit Beginn des Tests gelöscht, oder diese Umgebung lässt ihren Anbieter nicht zu.",
            next: "Stellen Sie die Verbindung wieder her oder wählen Sie einen anderen Anbieter. Beginnen Sie dann einen neuen Test.",
        },
        not_let_in: TestResult {
            title: "Sie wären nicht eingelassen worden",
            what: "Der Anbieter hat gesagt, wer Sie sind, aber eine Anmeldung wäre abgelehnt worden.",
            next: "Der Grund unten sagt, an welcher Regel es liegt: Ändern Sie sie, oder versuchen Sie es mit einem anderen Konto.",
        },
        workspace: TestResult {
            title: "Ihr Konto ist in keinem der erlaubten Workspaces",
            what: "Der Anbieter hat gesagt, wer Sie sind und in welchen Workspaces Sie Mitglied sind.",
            next: "Nehmen Sie sich in einen der Workspaces auf, oder vergleichen Sie die Liste der Verbindung mit den UUIDs beim Anbieter: Ein Slug kann geändert worden sein. Beginnen Sie dann einen neuen Test.",
        },
        credentials: TestResult {
            title: "Der Anbieter hat Schlüssel und Geheimnis abgelehnt",
            what: "Alles andere hat er nicht angesehen.",
            next: "Vergleichen Sie beide mit denen des Consumers beim Anbieter und fügen Sie beide noch einmal ein.",
        },
        code: TestResult {
            title: "Der Anbieter hat seinen eigenen Code abgelehnt",
            what: "Er hat einen Code gegeben und nicht wieder angenommen. Vielleicht war er benutzt oder zu alt.",
            next: "Beginnen Sie einen neuen Test. Scheitert auch der, vergleichen Sie die Callback-URL beim Anbieter Zeichen für Zeichen mit der der Verbindung.",
        },
        scope: TestResult {
            title: "Dem Consumer fehlt eine Berechtigung",
            what: "Der Anbieter ließ uns nicht lesen, wer Sie sind, oder nicht Ihre Adressen.",
            next: "Geben Sie dem Consumer die Berechtigungen, das Konto und seine E-Mail-Adressen zu lesen: bei Bitbucket Account: Email und Read. Beginnen Sie dann einen neuen Test.",
        },
        unavailable: TestResult {
            title: "Der Anbieter hat nicht geantwortet",
            what: "Er war nicht zu erreichen, brauchte zu lange oder bat um weniger Anfragen.",
            next: "Sehen Sie auf der Statusseite des Anbieters nach, und ob dieser Dienst ihn durch Ihr Netz erreichen darf. Beginnen Sie dann einen neuen Test.",
        },
        malformed: TestResult {
            title: "Die Antwort des Anbieters ist unverständlich",
            what: "Er hat etwas geantwortet, das nirgends beschrieben ist.",
            next: "Prüfen Sie, ob zwischen diesem Dienst und dem Anbieter etwas an seiner Stelle antwortet, etwa ein Proxy. Das Protokoll des Dienstes sagt mehr.",
        },
        provider_error: TestResult {
            title: "Der Anbieter hat Sie mit einem Fehler zurückgeschickt",
            what: "Zu einem Code kam es nicht.",
            next: "Vergleichen Sie Callback-URL und Berechtigungen des Consumers mit denen der Verbindung. Das Protokoll des Dienstes sagt mehr.",
        },
        changed: TestResult {
            title: "Die Verbindung wurde inzwischen geändert",
            what: "Zugangsdaten, Host oder Adressen sind andere als zu Beginn des Tests.",
            next: "Beginnen Sie einen neuen Test.",
        },
        identity_changed: TestResult {
            title: "Dieses Konto ist nicht das bekannte",
            what: "Seine Nummer beim Anbieter steht jetzt für jemand anderen. Eine Anmeldung würde zum Schutz des Bekannten abgelehnt.",
            next: "Finden Sie beim Anbieter heraus, wessen Konto es ist.",
        },
        mail: TestResult {
            title: "Dieser Dienst kann keine Mail versenden",
            what: "Eine Anmeldung würde Sie bitten, eine E-Mail-Adresse mit einem Code zu belegen, und für dessen Versand ist nichts eingerichtet.",
            next: "Richten Sie in der Konfiguration dieses Dienstes den Versand von Mail ein, oder verlangen Sie keine belegten Adressen. Beginnen Sie dann einen neuen Test.",
        },
        cut_off: TestResult {
            title: "Der Test wurde unterbrochen",
            what: "Er kam zu keinem Ende.",
            next: "Beginnen Sie einen neuen Test.",
        },
    },
};
