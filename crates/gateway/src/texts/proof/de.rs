//! German.

use super::ProofTexts;

/// German.
pub(in crate::texts) const GERMAN: ProofTexts = ProofTexts {
    error_title: "Fehler: {}",
    email_title: "Wie lautet Ihre E-Mail-Adresse?",
    email_what: "Ihr Konto nennt uns keine Adresse, die dort bestätigt ist. Wir fragen einmal und schicken Ihnen einen Code, um zu sehen, dass sie Ihnen gehört.",
    email_label: "E-Mail-Adresse",
    email_wrong: "Das sieht nicht wie eine E-Mail-Adresse aus. Eine Adresse hat eine Form wie name@example.com.",
    email_send: "Code zusenden",
    code_title: "Sehen Sie in Ihre Mail",
    sent_to: "Wir haben einen Code aus sechs Ziffern an {} geschickt. Tippen Sie ihn hier ein oder fügen Sie ihn ein.",
    code_label: "Code",
    code_hint: "Sechs Ziffern. Er gilt einige Minuten lang.",
    code_send: "Weiter",
    six_digits: "Der Code hat sechs Ziffern.",
    wrong: "Das ist nicht der Code, den wir zuletzt geschickt haben. Sehen Sie in die neueste Mail von uns und versuchen Sie es noch einmal.",
    expired: "Dieser Code ist zu alt. Fordern Sie unten einen neuen an.",
    too_many: "Das waren zu viele Versuche für einen Code. Fordern Sie unten einen neuen an.",
    too_soon: "Wir haben vor weniger als einer halben Minute einen Code geschickt. Mail kann etwas dauern: Warten Sie ein wenig und fordern Sie ihn dann an.",
    sent: "Wenn an Ihre Adresse Mail geschickt werden kann, ist ein neuer Code unterwegs. Der vorige gilt nicht mehr.",
    not_there: "Keine Mail? Sehen Sie auch in den Ordner für Spam.",
    resend: "Neuen Code zusenden",
    link_title: "Sie haben hier schon ein Konto",
    link_what: "Mit der Adresse {} hat sich hier schon jemand angemeldet. Sie haben eben gezeigt, dass sie Ihnen gehört.",
    link_then: "Wenn Sie fortfahren, kommt Ihr Konto zu dem bisherigen hinzu, und beide lassen Sie von nun an ein. Wenn es nicht Ihres ist, fahren Sie nicht fort.",
    link_yes: "Mit meinem Konto fortfahren",
    link_no: "Nicht fortfahren",
    cancel: "Abbrechen und zurück",
};
