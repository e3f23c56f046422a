import { HtmlValidate } from "html-validate";

const htmlValidate = new HtmlValidate({
  extends: ["html-validate:recommended", "html-validate:a11y"],
  rules: {
    // Emails are styled inline and laid out in tables with attributes, for Outlook.
    "no-inline-style": "off",
    "no-deprecated-attr": "off",
    "no-conditional-comment": "off",
    "presentation-role-style": "off",
    // React's spelling.
    "attr-case": "off",
    "void-style": "off",
    // How to write a telephone number is a matter of taste.
    "tel-non-breaking": "off",
    // The title is the subject, which has a limit of its own.
    "long-title": "off",
  },
});

/** What is wrong with a document, its accessibility included. */
export async function faults(html: string) {
  const { results } = await htmlValidate.validateString(html);
  return results.flatMap(({ messages }) => messages);
}
