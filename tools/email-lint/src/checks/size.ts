import type { Check } from "../lint.ts";

/** In bytes. Gmail shows no more of a message's HTML, and so hides the link to unsubscribe. */
const GMAIL_CUTS_AT = 102_000;
const NEAR = 0.75;

export const size: Check = ({ html }) => {
  const bytes = Buffer.byteLength(html);
  const kilobytes = (bytes / 1000).toFixed(1);
  if (bytes >= GMAIL_CUTS_AT) {
    const says = `${kilobytes} KB of HTML: Gmail cuts at 102 KB and hides the rest.`;
    return { verdict: "fault", says, details: [] };
  }
  const verdict = bytes > GMAIL_CUTS_AT * NEAR ? "note" : "good";
  return { verdict, says: `${kilobytes} KB of HTML; Gmail shows 102 KB.`, details: [] };
};
