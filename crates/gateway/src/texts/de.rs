//! German.

use super::{Explanation, Explanations, Texts};

const BACK: &str =
    "Kehren Sie zu der Anwendung zurück, von der Sie kommen, und melden Sie sich dort an.";
const TELL: &str =
    "Wenden Sie sich an die Betreiber der Anwendung und nennen Sie die Referenz unten.";
const LATER: &str = "Warten Sie eine Minute und melden Sie sich dann in der Anwendung erneut an.";

/// German.
pub(crate) const GERMAN: Texts = Texts {
    lang: "de",
    sign_in_to: "Bei {} anmelden",
    add_account_at: "Ein Konto zu dem hinzufügen, mit dem Sie bei {} angemeldet sind",
    choose_to_add: "Wählen Sie, wo das Konto ist. Von da an meldet es Sie ebenfalls an.",
    continue_with: "Weiter mit {}",
    last_used: "Zuletzt benutzt",
    no_options: "Für diese Anwendung ist noch kein Anmeldeweg eingerichtet.",
    choose: "Wählen Sie, wie Sie sich anmelden.",
    what_to_do: "Was Sie tun können",
    start_again: "Neu beginnen",
    support: "Wenn Sie um Hilfe bitten, sagen diese zwei Zeilen, was geschehen ist:",
    reference: "Referenz",
    reason: "Grund",
    support_one: "Wenn Sie um Hilfe bitten, sagt diese Zeile, um welche Anmeldung es geht:",
    sign_up_offer: "Sie können sich jetzt mit diesem Konto registrieren oder zurückgehen und ein anderes verwenden.",
    sign_up: "Mit diesem Konto registrieren",
    go_back: "Ohne Registrierung zurück",
    proof: super::proof::GERMAN,
    test: super::test::GERMAN,
    explanations: Explanations {
        link_invalid: Explanation {
            title: "Dieser Anmelde-Link funktioniert nicht",
            what: "Der Link, der Sie hierher geführt hat, ist unvollständig, oder etwas darin stimmt nicht.",
            advice: BACK,
        },
        host: Explanation {
            title: "Unter dieser Adresse meldet sich niemand an",
            what: "Die Adresse, die Ihr Browser zeigt, ist keine, unter der man sich anmeldet, oder nicht mehr.",
            advice: "Kehren Sie zu der Anwendung zurück, von der Sie kommen, und melden Sie sich dort an. Kommen Sie wieder hierher, wenden Sie sich an die Betreiber.",
        },
        unknown: Explanation {
            title: "Wir wissen nicht, wo Sie sich anmelden wollen",
            what: "Eine Anwendung oder einen Anmeldeweg mit dem Namen aus diesem Link gibt es nicht.",
            advice: BACK,
        },
        redirect_uri: Explanation {
            title: "Dieser Link führt zu einer Adresse, der wir nicht trauen",
            what: "Nach der Anmeldung kämen Sie auf eine Adresse, die die Anwendung nicht hinterlegt hat. Zu Ihrer Sicherheit geht es hier nicht weiter.",
            advice: TELL,
        },
        connection_off: Explanation {
            title: "Dieser Anmeldeweg steht nicht zur Verfügung",
            what: "Er ist abgeschaltet oder noch nicht vollständig eingerichtet.",
            advice: "Kehren Sie zur Anwendung zurück und wählen Sie einen anderen Anmeldeweg, falls es einen gibt.",
        },
        not_granted: Explanation {
            title: "Dieser Anmeldeweg gilt nicht für diese Anwendung",
            what: "Die Anwendung nimmt Konten dieser Art nicht an.",
            advice: "Kehren Sie zur Anwendung zurück und wählen Sie einen anderen Anmeldeweg, falls es einen gibt.",
        },
        answer_invalid: Explanation {
            title: "Die Antwort auf Ihre Anmeldung ist unlesbar",
            what: "Was zurückkam, gehört zu keiner Anmeldung, die hier begonnen wurde. Sie sind nicht angemeldet.",
            advice: BACK,
        },
        expired: Explanation {
            title: "Das hat zu lange gedauert",
            what: "Eine Anmeldung muss binnen 10 Minuten beendet sein, und diese ist älter. Sie sind nicht angemeldet.",
            advice: BACK,
        },
        other_browser: Explanation {
            title: "Diese Anmeldung hat nicht in diesem Browser begonnen",
            what: "Eine Anmeldung endet nur in dem Browser, in dem sie begann, und nur mit erlaubten Cookies. Sie sind nicht angemeldet.",
            advice: "Erlauben Sie Cookies für diese Seite, falls sie gesperrt sind, und melden Sie sich dann in der Anwendung erneut an. Hat Ihnen jemand diesen Link geschickt, schließen Sie die Seite.",
        },
        used: Explanation {
            title: "Diese Anmeldung ist schon beendet",
            what: "Eine Anmeldung gilt einmal, und diese wurde benutzt. Das geschieht beim Neuladen oder mit der Zurück-Taste.",
            advice: "Kehren Sie zur Anwendung zurück: Vielleicht sind Sie schon angemeldet. Wenn nicht, melden Sie sich erneut an.",
        },
        in_progress: Explanation {
            title: "Diese Anmeldung läuft noch",
            what: "Sie wurde eben erst begonnen und ist noch nicht zu Ende.",
            advice: LATER,
        },
        start_again: Explanation {
            title: "Die Anmeldung wurde unterbrochen",
            what: "Unterwegs hat sich etwas geändert oder ist etwas ausgefallen; wie sie ausging, lässt sich nicht sagen.",
            advice: BACK,
        },
        busy: Explanation {
            title: "Gerade melden sich zu viele Menschen an",
            what: "Ihre Anmeldung wurde nicht begonnen, damit die laufenden zu Ende gehen können.",
            advice: LATER,
        },
        too_often: Explanation {
            title: "Zu viele Versuche",
            what: "Aus Ihrem Netz oder für diese Anwendung wurde in kurzer Zeit zu oft eine Anmeldung versucht.",
            advice: LATER,
        },
        unavailable: Explanation {
            title: "Die Anmeldung ist gerade nicht möglich",
            what: "Ein Teil des Anmeldedienstes antwortet nicht. Es liegt nicht an Ihnen.",
            advice: LATER,
        },
        internal: Explanation {
            title: "Bei uns ist etwas schiefgegangen",
            what: "Die Anmeldung ließ sich wegen eines Fehlers bei uns nicht beenden.",
            advice: "Kehren Sie zur Anwendung zurück und melden Sie sich erneut an. Hilft das nicht, wenden Sie sich an die Betreiber.",
        },
        misconfigured: Explanation {
            title: "Die Anmeldung ist nicht richtig eingerichtet",
            what: "Eine Einstellung dieses Anmeldedienstes ist falsch. Ein neuer Versuch hilft nicht.",
            advice: TELL,
        },
        denied: Explanation {
            title: "Sie haben abgelehnt",
            what: "Sie haben der Anwendung nicht erlaubt zu erfahren, wer Sie sind, und sind deshalb nicht angemeldet.",
            advice: "Haben Sie es sich anders überlegt, melden Sie sich in der Anwendung erneut an.",
        },
        interaction: Explanation {
            title: "Ihr Konto braucht zuerst Ihre Aufmerksamkeit",
            what: "Dort, wo Sie Ihr Konto haben, müssen Sie sich zuerst anmelden, zustimmen oder ein Konto wählen.",
            advice: BACK,
        },
        account_not_found: Explanation {
            title: "Unter diesem Konto ist niemand bekannt",
            what: "Diese Anmeldung ist für Menschen, die hier schon ein Konto haben.",
            advice: "Kehren Sie zur Anwendung zurück und registrieren Sie sich, oder melden Sie sich mit einem anderen Konto an.",
        },
        sign_up_not_allowed: Explanation {
            title: "So können Sie sich nicht registrieren",
            what: "Unter diesem Konto ist niemand bekannt, und die Anwendung nimmt mit solchen Konten niemand Neues auf.",
            advice: "Kehren Sie zur Anwendung zurück und registrieren Sie sich auf andere Weise, oder melden Sie sich mit einem anderen Konto an.",
        },
        sign_in_not_allowed: Explanation {
            title: "So können Sie sich nicht anmelden",
            what: "Wir kennen Sie, aber die Anwendung lässt niemanden mit solchen Konten ein.",
            advice: "Kehren Sie zur Anwendung zurück und wählen Sie eine andere Anmeldung, falls es eine gibt.",
        },
        link_not_allowed: Explanation {
            title: "Dieses Konto kann nicht zu Ihrem hinzukommen",
            what: "Sie sind unter seiner Adresse schon bekannt, und die Anwendung nimmt kein weiteres Konto dieser Art an. Sie sind nicht angemeldet.",
            advice: "Kehren Sie zur Anwendung zurück und melden Sie sich so an wie bisher.",
        },
        sign_up_closed: Explanation {
            title: "Hier wird niemand neu aufgenommen",
            what: "Mit diesem Konto ist niemand bekannt, und neue Anmeldungen sind geschlossen.",
            advice: "Wenn Sie hier schon ein Konto haben, gehen Sie zurück und melden Sie sich an wie zuvor. Wenn nicht, bitten Sie die Betreiber der Anwendung um Aufnahme.",
        },
        email_domain: Explanation {
            title: "Ihre Adresse wird hier nicht aufgenommen",
            what: "Neu aufgenommen wird nur, wer eine E-Mail-Adresse bestimmter Organisationen hat.",
            advice: "Gehen Sie zurück zur Anwendung und melden Sie sich mit einem Konto an, dessen Adresse dazugehört, oder fragen Sie die Betreiber.",
        },
        cancelled: Explanation {
            title: "Sie haben nicht weitergemacht",
            what: "Die Anmeldung ist beendet, und nichts wurde geändert. Sie sind nicht angemeldet.",
            advice: "Wenn Sie es sich anders überlegt haben, gehen Sie zurück zur Anwendung und melden Sie sich noch einmal an.",
        },
        of_another_user: Explanation {
            title: "Dieses Konto gehört hier jemand anderem",
            what: "Damit meldet sich schon ein anderer Benutzer an, deshalb wurde es nicht hinzugefügt. Nichts wurde geändert.",
            advice: "Kehren Sie zur Anwendung zurück und fügen Sie ein anderes Konto hinzu. Um dieses zu benutzen, melden Sie sich damit an.",
        },
        waits_no_longer: Explanation {
            title: "Diese Seite wartet nicht mehr",
            what: "Sie gehört zu einer Anmeldung, die vorbei ist, oder nicht zu diesem Browser.",
            advice: BACK,
        },
        user_suspended: Explanation {
            title: "Sie sind hier gesperrt",
            what: "Wer diese Anmeldung betreibt, hat Sie gesperrt. Sie sind nicht angemeldet.",
            advice: "Fragen Sie dort oder bei der Anwendung nach dem Grund und bitten Sie darum, wieder eingelassen zu werden.",
        },
        workspace_not_allowed: Explanation {
            title: "Ihr Konto ist nicht im richtigen Workspace",
            what: "So melden sich nur Mitglieder bestimmter Workspaces an, und dieses Konto ist in keinem davon Mitglied. Sie sind nicht angemeldet.",
            advice: "Lassen Sie sich in den Workspace aufnehmen, oder kehren Sie zur Anwendung zurück und melden Sie sich mit einem anderen Konto an.",
        },
        provider: Explanation {
            title: "Dort, wo Sie Ihr Konto haben, kommt keine Antwort",
            what: "Wir konnten dort nicht erfahren, wer Sie sind. Sie sind nicht angemeldet.",
            advice: LATER,
        },
        identity_changed: Explanation {
            title: "Dieses Konto ist nicht das, das wir kennen",
            what: "Seine Nummer gehört jetzt jemand anderem. Zum Schutz Ihrer Daten geht es hier nicht weiter.",
            advice: TELL,
        },
        cross_site: Explanation {
            title: "Eine andere Website hat diese Anmeldung begonnen",
            what: "Anmeldungen beginnen auf unserer Seite oder in der Anwendung, sonst nirgends.",
            advice: BACK,
        },
        page_not_found: Explanation {
            title: "Diese Seite gibt es nicht",
            what: "Die Adresse ist vielleicht vertippt oder veraltet.",
            advice: BACK,
        },
        method: Explanation {
            title: "So lässt sich diese Seite nicht benutzen",
            what: "Der Browser hat sie auf eine Weise angefragt, auf die sie nicht antwortet.",
            advice: BACK,
        },
        too_large: Explanation {
            title: "Das war zu viel auf einmal",
            what: "Der Browser hat mehr geschickt, als eine Anmeldung braucht.",
            advice: BACK,
        },
        link_ticket: Explanation {
            title: "Dieser Link gilt nicht mehr",
            what: "Er wurde schon benutzt oder ist älter als eine Minute. Es wurde kein Konto hinzugefügt.",
            advice: "Kehren Sie zur Anwendung zurück und fügen Sie das Konto von dort noch einmal hinzu.",
        },
        test_ticket: Explanation {
            title: "Dieser Test-Link gilt nicht mehr",
            what: "Er wurde schon benutzt, ist älter als 10 Minuten oder gilt für eine andere Adresse dieser Seite.",
            advice: "Kehren Sie zur Konsole zurück und beginnen Sie einen neuen Test.",
        },
    },
};
