import { whereTo } from "../address.ts";
import type { Check, Finding } from "../lint.ts";

/** RFC 2369 and RFC 8058. Gmail and Yahoo want both headers in email that a person need not get. */
export const unsubscribe: Check = ({ headers, text }, { links, words }) => {
  const header = headers["list-unsubscribe"];
  const shown = [...links.map(({ url }) => url), ...words, text].some((part) =>
    /unsubscri/i.test(part),
  );
  if (header === undefined) {
    return shown
      ? fault("The email offers to unsubscribe, but has no header List-Unsubscribe.")
      : good("There is no List-Unsubscribe. This is right only for email that a person needs.");
  }
  const urls = [...header.matchAll(/<([^<>]*)>/g)].map(([, url = ""]) => url.trim());
  const web = urls.find((url) => ["https", "this machine"].includes(whereTo(url)));
  const post = headers["list-unsubscribe-post"]?.trim().toLowerCase();
  if (!web)
    return fault("List-Unsubscribe has no https address, so one click cannot unsubscribe.", urls);
  if (post !== "list-unsubscribe=one-click") {
    return fault("List-Unsubscribe-Post: List-Unsubscribe=One-Click is missing.", urls);
  }
  if (!shown) return note("Nothing in the email itself says how to unsubscribe.", urls);
  if (whereTo(web) !== "https")
    return note("One-click unsubscribe works on this machine only.", urls);
  return { ...good("One-click, by both headers of RFC 8058."), details: urls };
};

const good = (says: string): Finding => ({ verdict: "good", says, details: [] });
const note = (says: string, details: string[]): Finding => ({ verdict: "note", says, details });
const fault = (says: string, details: string[] = []): Finding => ({
  verdict: "fault",
  says,
  details,
});
