import { api } from "./api.js";
import { h, icon, toast } from "./dom.js";

/** @typedef {"good" | "note" | "fault"} Verdict */
/** @typedef {{ check: string, verdict: Verdict, says: string, details: string[] }} Finding */

/** @type {Record<Verdict, { symbol: "tick" | "look" | "cross", word: string }>} */
const SIGNS = {
  fault: { symbol: "cross", word: "Fault" },
  note: { symbol: "look", word: "Worth a look" },
  good: { symbol: "tick", word: "Good" },
};

/**
 * What is wrong with a message, for its readers' inboxes. Faults come first.
 *
 * @param {HTMLElement} panel @param {string} id
 */
export async function drawChecks(panel, id) {
  try {
    /** @type {Finding[]} */
    const findings = await api.checks(id);
    const order = Object.keys(SIGNS);
    const sorted = findings.toSorted((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict));
    panel.append(
      h("p", { class: "note" }, count(findings), " No link is opened, and no picture is loaded."),
      h("ul", { class: "findings" }, sorted.map(drawFinding)),
    );
  } catch {
    toast("The message could not be checked");
  }
}

/** @param {Finding[]} findings */
function count(findings) {
  const faults = findings.filter(({ verdict }) => verdict === "fault").length;
  if (faults === 0) return "No fault found.";
  return faults === 1 ? "1 fault found." : `${faults} faults found.`;
}

/** @param {Finding} finding */
function drawFinding({ check, verdict, says, details }) {
  const { symbol, word } = SIGNS[verdict];
  return h(
    "li",
    { class: `finding is-${verdict}` },
    h(
      "span",
      { class: "verdict", title: word },
      icon(symbol),
      h("span", { class: "hidden" }, word),
    ),
    h("h3", {}, check),
    h("p", {}, says),
    details.length > 0 &&
      h(
        "details",
        // What is a fault is read at once.
        { open: verdict === "fault" },
        h("summary", {}, details.length === 1 ? "1 detail" : `${details.length} details`),
        h(
          "ul",
          {},
          details.map((detail) => h("li", {}, detail)),
        ),
      ),
  );
}
