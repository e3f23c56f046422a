import type { ReactNode } from "react";

/** The words of the layout and of the parts. The words of an email stand beside its template. */
export const en = {
  hello: "Hello,",
  hi: (name: ReactNode): ReactNode => <>Hi {name},</>,
  buttonNotWorking: "Button not working? Open this link:",
  questions: "Questions? Write to",
  unsubscribe: "Unsubscribe",
  emailPreferences: "Email preferences",
};
