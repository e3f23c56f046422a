import type { en } from "./en.tsx";

export const de: typeof en = {
  hello: "Hallo,",
  hi: (name) => <>Hallo {name},</>,
  buttonNotWorking: "Der Button funktioniert nicht? Öffne diesen Link:",
  questions: "Fragen? Schreib an",
  unsubscribe: "Abbestellen",
  emailPreferences: "E-Mail-Einstellungen",
};
