/** What a template says, in one language. */
export interface Words {
  readonly subject: string;
  readonly greeting: (name: string) => string;
  readonly button: string;
}

const english: Words = {
  subject: "Reset your password",
  greeting: (name) => `Hello ${name}`,
  button: "Choose a new password",
};

const languages: Readonly<Record<string, Words>> = {
  en: english,
  de: {
    subject: "Passwort zurücksetzen",
    greeting: (name) => `Guten Tag ${name}`,
    button: "Neues Passwort wählen",
  },
  fr: {
    subject: "Réinitialiser votre mot de passe",
    greeting: (name) => `Bonjour ${name}`,
    button: "Choisir un nouveau mot de passe",
  },
};

/** The words of `de-CH`, else of `de`, else English: a mail goes out in some language always. */
export function wordsIn(locale: string): Words {
  return languages[locale] ?? languages[locale.split("-")[0] ?? ""] ?? english;
}
