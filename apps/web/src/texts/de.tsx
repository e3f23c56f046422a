import { PASSWORD_LENGTH } from "@repo/accounts";
import { brand } from "@repo/brand";
import type { en } from "./en.tsx";

export const de: typeof en = {
  layout: {
    skip: "Zum Inhalt springen",
  },
  nav: {
    label: "Konto",
    ops: "Betrieb",
    account: "Konto",
    logOut: "Abmelden",
    logIn: "Anmelden",
    signUp: "Registrieren",
  },
  unsubscribe: {
    title: "Abbestellen",
    quoted: (category) => `„${category}“`,
    thisKind: "diese Art von E-Mails",
    ask: (what) => `Möchtest du ${what} nicht mehr bekommen?`,
    seeAll: "Alle E-Mail-Einstellungen ansehen",
    doneTitle: "Du hast abbestellt",
    done: (what) => `Du bekommst ${what} nicht mehr.`,
    mistake: "War das ein Versehen?",
    change: "E-Mail-Einstellungen ändern",
  },
  emailPreferences: {
    title: "E-Mail-Einstellungen",
    saved: "Deine Einstellungen sind gespeichert.",
    intro: "Wähle, welche E-Mails wir an die Adresse schicken, zu der dieser Link gehört.",
    save: "Speichern",
    always: (categories) => `Diese E-Mails kannst du nicht abbestellen: ${categories}.`,
  },
  home: {
    about: `${brand.name} ist eine kleine App mit Konten und den E-Mails, die dazugehören. Registriere dich, und du bekommst einen Link; öffne ihn, und du bist drin. Mit einem vergessenen Passwort geht es genauso.`,
    delivery:
      "Jede E-Mail wird in derselben Datenbanktransaktion gespeichert wie die Änderung, um die es geht. Dann stellt ein Worker sie über Amazon SES zu. Keine E-Mail geht verloren, und keine geht hinaus für eine Änderung, die es nie gab.",
    toAccount: "Zu deinem Konto",
  },
  errors: {
    titles: { 404: "Seite nicht gefunden", 500: "Etwas ist schiefgegangen" },
    title: "Das hat nicht geklappt",
    toHome: "Zur Startseite",
    request: "Anfrage",
    messages: {
      badRequest: "Die Anfrage kam unvollständig an. Schick sie noch einmal.",
      busy: "Gerade ist zu viel los. Versuch es in ein paar Sekunden noch einmal.",
      internal: "Bei uns ist etwas schiefgegangen. Versuch es gleich noch einmal.",
      methodNotAllowed: (method, allowed) => `${method} geht hier nicht. Nimm ${allowed}.`,
      notFound: "Unter dieser Adresse gibt es nichts. Prüfe, ob du dich vertippt hast.",
      tooLarge: (kilobytes) => `Das ist mehr als ${kilobytes} KB. Schick weniger.`,
    },
    email: {
      CANNOT_BE_TURNED_OFF:
        "E-Mails dieser Art kannst du nicht abbestellen: Dein Konto braucht sie.",
      LINK_UNKNOWN:
        "Dieser Link ist nicht von uns, oder ein Teil davon fehlt. Öffne ihn aus der E-Mail.",
    },
  },
  form: {
    error: (title) => `Fehler: ${title}`,
    lookAgain: "Sieh dir einige Felder noch einmal an.",
    name: "Name",
    email: "E-Mail-Adresse",
    password: "Passwort",
    currentPassword: "Jetziges Passwort",
    newPassword: "Neues Passwort",
    passwordHint: `Mindestens ${PASSWORD_LENGTH.min} Zeichen.`,
    showPassword: "Passwort anzeigen",
    hidePassword: "Passwort verbergen",
    deadLink: "Dieser Link funktioniert nicht",
    foreignOrigin: (own) =>
      `Das muss von ${own} aus geschickt werden. Öffne die Seite dort. Ein Programm muss den Header „Origin: ${own}“ mitschicken.`,
  },
  fields: {
    once: "Schick das einmal, als Text.",
    notText: "Darin ist ein Zeichen, das kein Text ist.",
    noName: "Gib deinen Namen ein.",
    nameOnOneLine: "Schreib deinen Namen in eine Zeile, ohne Steuerzeichen.",
    nameTooLong: "Nimm höchstens 100 Zeichen.",
    noEmail: "Gib deine E-Mail-Adresse ein.",
    emailOnOneLine: "Schreib eine einzige E-Mail-Adresse in eine Zeile.",
    noAddress: "Das ist keine E-Mail-Adresse. Schreib sie wie name@example.com.",
    noPassword: "Gib dein Passwort ein.",
    noCurrentPassword: "Gib dein jetziges Passwort ein.",
    noNewPassword: "Gib ein Passwort ein.",
    passwordTooShort: `Nimm mindestens ${PASSWORD_LENGTH.min} Zeichen.`,
    passwordTooLong: `Nimm höchstens ${PASSWORD_LENGTH.max} Zeichen.`,
    incompleteLink: "Öffne den ganzen Link aus der E-Mail: Sein Ende fehlt.",
    noLanguage: "Wähle eine der Sprachen.",
  },
  signUp: {
    title: "Registrieren",
    haveAccount: "Hast du schon ein Konto?",
    message: "Sieh in deinen E-Mails nach einem Link.",
  },
  signUpSent: {
    onItsWayTitle: "Sieh in deinen E-Mails nach",
    cameBackTitle: "Unsere E-Mail kam zurück",
    onItsWay: (email, life) => (
      <>
        Eine E-Mail an {email} ist unterwegs. Öffne ihren Link in diesem Browser, und du bist drin.
        Er gilt {life}.
      </>
    ),
    spam: "Nach ein paar Minuten noch nichts da? Sieh im Spam-Ordner nach.",
    cameBack: (email) => (
      <>
        Unsere E-Mail an {email} konnte nicht zugestellt werden. Ist die Adresse richtig
        geschrieben?
      </>
    ),
    otherAddress: "Mit dieser Adresse registrieren",
    checkAgain: "Noch einmal nachsehen",
    sendAgain: "E-Mail noch einmal schicken",
    complained: (support) => (
      <>
        Hast du schon einmal eine unserer E-Mails als Spam gemeldet? Dann schicken wir dir keine
        mehr. Um das zu ändern, schreib an {support}.
      </>
    ),
  },
  verifyEmail: {
    title: "Bestätige deine E-Mail-Adresse",
    confirm: "Bestätigen und anmelden",
    create: "Konto erstellen",
    oneMoreStep: (email) => (
      <>Noch ein Schritt für {email}: Drück auf den Knopf, und du bist drin.</>
    ),
    choose: (email) => <>Wähle einen Namen und ein Passwort für {email}.</>,
    otherBrowser:
      "In einem anderen Browser registriert? Öffne den Link dort, um das Passwort zu behalten, das du gewählt hast.",
    dead: (
      <>
        Schon angemeldet? <a href="/account">Zu deinem Konto</a>. Wenn nicht,{" "}
        <a href="/signup/sent">fordere einen neuen Link an</a>, in dem Browser, in dem du dich
        registriert hast, oder <a href="/signup">registriere dich noch einmal</a>.
      </>
    ),
  },
  logIn: {
    title: "Anmelden",
    forgot: "Passwort vergessen?",
    newHere: "Neu hier?",
  },
  logOut: {
    message: "Du bist abgemeldet.",
  },
  forgotPassword: {
    title: "Passwort vergessen?",
    send: "Link schicken",
    intro: "Wir schicken dir per E-Mail einen Link, mit dem du ein neues wählst.",
    back: "Zurück zur Anmeldung",
    message: "Wenn es ein Konto gibt, ist eine E-Mail mit einem Link unterwegs.",
    sentTitle: "Sieh in deinen E-Mails nach",
    sent: (email, life) => (
      <>
        Wenn es zu {email} ein Konto gibt, ist ein Link zu einem neuen Passwort unterwegs. Er gilt{" "}
        {life}.
      </>
    ),
    nothing: (
      <>
        Nach ein paar Minuten noch nichts da? Sieh im Spam-Ordner nach oder{" "}
        <a href="/forgot-password">versuch es mit einer anderen Adresse</a>.
      </>
    ),
  },
  resetPassword: {
    title: "Wähle ein neues Passwort",
    submit: "Passwort ändern",
    intro: (email) => <>Für {email}. Du wirst überall abgemeldet.</>,
    newLink: "Neuen Link anfordern",
    message: "Dein Passwort ist geändert. Melde dich damit an.",
    doneTitle: "Dein Passwort ist geändert",
    done: "Du bist überall abgemeldet. Melde dich mit dem neuen Passwort an.",
  },
  account: {
    title: "Dein Konto",
    verified: "Du bist angemeldet, und deine Adresse ist bestätigt.",
    settings: "Einstellungen",
    emailIsOff: {
      bounce:
        "An diese Adresse schicken wir keine E-Mails mehr: Die letzte kam zurück, weil es das Postfach nicht gibt oder es unsere E-Mails ablehnt.",
      "soft-bounces":
        "An diese Adresse schicken wir vorerst nur E-Mails zur Sicherheit: Mehrere kamen zurück, zum Beispiel weil das Postfach voll ist.",
      complaint:
        "An diese Adresse schicken wir keine E-Mails mehr: Aus diesem Postfach wurde eine unserer E-Mails als Spam gemeldet.",
      manual: "An diese Adresse schicken wir keine E-Mails mehr: Das wurde von Hand eingestellt.",
    },
    tryAgainOn: (day) => `Am ${day} versuchen wir es wieder.`,
  },
  undoAddress: {
    title: "Hol dir dein Konto zurück",
    submit: "Konto zurückholen",
    intro: (email) => (
      <>
        Das Konto bekommt seine Adresse {email} zurück, mit dem Passwort, das du jetzt wählst. Alle
        Browser werden abgemeldet.
      </>
    ),
    dead: (days) => (
      <>
        Der Link gilt {days} Tage und nur einmal. <a href="/login">Melde dich an</a> oder{" "}
        <a href="/forgot-password">fordere ein neues Passwort an</a>.
      </>
    ),
    message: "Deine Adresse und dein Passwort sind geändert. Melde dich damit an.",
    doneTitle: "Das Konto gehört wieder dir",
    done: "Die alte Adresse ist zurück, und alle Browser sind abgemeldet. Melde dich mit dem neuen Passwort an.",
  },
  settings: {
    title: "Einstellungen",
    back: "Zurück zu den Einstellungen",
    logInFirst: {
      title: "Melde dich zuerst an",
      why: "Dieser Link funktioniert nur in einem Browser, in dem du angemeldet bist. Melde dich an und öffne den Link dann noch einmal.",
    },
    overview: {
      changeName: "Namen ändern",
      changeAddress: "Adresse ändern",
      choosePreferences: "E-Mails auswählen",
      changePassword: "Passwort ändern",
      language: "Sprache",
      changeLanguage: "Sprache ändern",
      sessions: "Sitzungen",
      loggedIn: { one: "Nur dieser Browser", other: "# Browser sind angemeldet" },
      seeSessions: "Sitzungen ansehen",
      data: "Deine Daten",
      downloadData: "Daten herunterladen",
      deleteAccount: "Konto löschen",
    },
    check: {
      title: "Gib noch einmal dein Passwort ein",
      goOn: "Weiter",
      why: (wait) =>
        `Was jetzt kommt, ist nur für dich. Deshalb fragen wir nach deinem Passwort. Danach fragen wir ${wait} lang nicht mehr.`,
      message: (wait) => `Du kannst jetzt ${wait} lang weitermachen.`,
    },
    profile: {
      title: "Ändere deinen Namen",
      save: "Speichern",
      message: "Die Änderung ist gespeichert.",
    },
    language: {
      name: "Deutsch",
      title: "Wähle deine Sprache",
      label: "Sprache",
      intro: "Sie gilt für die Seiten und für alle E-Mails an dich.",
      save: "Speichern",
      message: "Deine Sprache ist geändert.",
    },
    password: {
      title: "Ändere dein Passwort",
      change: "Passwort ändern",
      intro: "Alle anderen Browser werden abgemeldet.",
      message: "Dein Passwort ist geändert. Alle anderen Sitzungen sind beendet.",
      changedTitle: "Dein Passwort ist geändert",
      changed: "Hier bleibst du angemeldet. Alle anderen Browser sind abgemeldet.",
    },
    address: {
      title: "Ändere deine Adresse",
      intro: (current) => (
        <>
          Deine Adresse ist {current}. An die neue schicken wir einen Link. Deine Adresse ändert
          sich, wenn du ihn in diesem Browser öffnest und bestätigst.
        </>
      ),
      newEmail: "Neue E-Mail-Adresse",
      send: "Link schicken",
      message: "Sieh im Postfach der neuen Adresse nach einem Link.",
      sentTitle: "Sieh in deinen E-Mails nach",
      sent: (email, life) => (
        <>
          Eine E-Mail an {email} ist unterwegs. Öffne ihren Link in diesem Browser. Er gilt {life}.
        </>
      ),
      nothing: (
        <>
          Nach ein paar Minuten noch nichts da? Sieh im Spam-Ordner nach oder{" "}
          <a href="/settings/address">versuch es mit einer anderen Adresse</a>.
        </>
      ),
      confirm: "Diese Adresse verwenden",
      gets: (email, days) => (
        <>
          Dein Konto bekommt die Adresse {email}. Wir schreiben der alten Adresse: Von dort kann man
          das Konto {days} Tage lang zurückholen.
        </>
      ),
      newLink: "Neuen Link anfordern",
    },
    sessions: {
      title: "Deine Sitzungen",
      intro: "Diese Browser sind in deinem Konto angemeldet.",
      unknown: "Ein unbekannter Browser",
      thisOne: "(dieser Browser)",
      used: (since, last) => (
        <>
          Seit {since}, zuletzt benutzt {last}
        </>
      ),
      logOut: (browser) => `Abmelden: ${browser}`,
      everywhere: "Überall abmelden",
      ended: "Die Sitzung ist beendet.",
      allEnded: "Du bist überall abgemeldet.",
      choose: "Wähle eine Sitzung aus der Liste.",
    },
    export: {
      title: "Deine Daten",
      intro: `Du bekommst eine Datei mit allem, was ${brand.name} über dich speichert: dein Konto, deine Sitzungen, und welche E-Mails wir dir wann geschickt haben. Sie ist im Format JSON: Jeder Texteditor zeigt sie an.`,
      elsewhere: (address) => (
        <>
          Unser E-Mail-Dienst, Amazon SES, hat eine eigene Liste mit Adressen, an die er nicht
          zustellt. Sie steht nicht in dieser Datei. Wenn du wissen willst, was dort über dich
          steht, schreib an {address}.
        </>
      ),
      download: "Meine Daten herunterladen",
    },
    delete: {
      title: "Lösche dein Konto",
      intro:
        "Wir schicken dir per E-Mail einen Link. Öffne ihn in diesem Browser, um dein Konto zu löschen, mit allem, was wir über dich wissen. Niemand kann es zurückholen.",
      downloadFirst: (
        <>
          Vielleicht willst du vorher <a href="/settings/export">deine Daten herunterladen</a>.
        </>
      ),
      send: "Link schicken",
      message: "Sieh in deinen E-Mails nach einem Link.",
      sentTitle: "Sieh in deinen E-Mails nach",
      sent: (life) => `Der Link ist unterwegs. Öffne ihn in diesem Browser. Er gilt ${life}.`,
      nothing:
        "Wenn deine Adresse in den letzten Tagen geändert wurde, geht der Link an die alte. Nach ein paar Minuten noch nichts da? Sieh im Spam-Ordner nach.",
      newLink: "Neuen Link anfordern",
      confirm: "Konto endgültig löschen",
      ends: (email) => (
        <>
          Das Konto von {email} endet jetzt, mit allem, was wir über dich wissen. Niemand kann es
          zurückholen.
        </>
      ),
      deletedMessage: "Dein Konto ist gelöscht.",
      deletedTitle: "Dein Konto ist gelöscht",
      deleted:
        "Du bekommst noch eine letzte E-Mail. Wenn sie verschickt ist, löschen wir auch deine Adresse.",
    },
  },
};
