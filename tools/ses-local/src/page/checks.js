import { api } from "./api.js";
import { h, icon, toast } from "./dom.js";
import { plural } from "./format.js";

/**
 * @typedef {{ check: string, verdict: keyof typeof SIGNS, says: string, details: string[] }} Finding
 */

const SIGNS = /** @type {const} */ ({
  fault: { symbol: "cross", tone: "bad", word: "Fault" },
  note: { symbol: "look", tone: "slow", word: "Worth a look" },
  good: { symbol: "tick", tone: "good", word: "Good" },
});

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
    const faults = findings.filter(({ verdict }) => verdict === "fault").length;
    const found = `${plural(faults || "No", "fault")} found.`;
    panel.append(
      h("p.note", `${found} No link is opened, and no picture is loaded.`),
      h("ul.findings", sorted.map(drawFinding)),
    );
  } catch {
    toast("The message could not be checked");
  }
}

/** @param {Finding} finding */
function drawFinding({ check, verdict, says, details }) {
  const { symbol, tone, word } = SIGNS[verdict];
  return h(
    `li.card.finding.${tone}`,
    h("span.verdict", { title: word }, icon(symbol), h("span.hidden", word)),
    h("h3", check),
    h("p", says),
    details.length > 0 &&
      h(
        "details",
        // The details of a fault are shown without a click.
        { open: verdict === "fault" },
        h("summary", plural(details.length, "detail")),
        h(
          "ul",
          details.map((detail) => h("li", detail)),
        ),
      ),
  );
}
