import { api } from "./api.js";
import { drawChecks } from "./checks.js";
import { copy, h, icon, toast, tool } from "./dom.js";
import { drawEvents } from "./events.js";
import { size } from "./format.js";

/** Gmail cuts longer HTML, and shows the link "View entire message". */
const GMAIL_CLIP = 102 * 1024;

/** The page does not show a longer source, only a download. */
const MAX_SOURCE = 1_000_000;

/**
 * @typedef {{ phone: boolean, dark: boolean, images: boolean }} View
 * @typedef {{ panel: HTMLElement, tools: HTMLElement }} Place `tools` stands beside the tabs
 * @typedef {(place: Place, message: any, view: View, toggle: (name: keyof View) => void) => void} Draw
 */

/** What draws each tab, in their order. @type {Record<string, Draw>} */
export const PANELS = {
  HTML: html,
  Text: text,
  Checks: ({ panel }, message) => drawChecks(panel, message.id),
  Events: ({ panel }, message) => drawEvents(panel, message),
  Source: source,
  Headers: headers,
  Attachments: attachments,
};

/** @type {Draw} */
function html({ panel, tools }, message, view, toggle) {
  const button = (
    /** @type {keyof View} */ name,
    /** @type {Parameters<typeof icon>[0]} */ symbol,
    /** @type {string} */ label,
  ) => {
    const state = { id: `view-${name}`, "aria-pressed": String(view[name]), data: { key: name } };
    const title = `${label} (${label.slice(0, 1).toLowerCase()})`;
    return tool(symbol, { ...state, title, onclick: () => toggle(name) }, label);
  };
  tools.append(
    meter(message.htmlSize),
    button("phone", "phone", "Phone"),
    button("dark", "moon", "Dark"),
    button("images", "image", "Images"),
  );
  if (view.dark && !message.darkStyles) {
    panel.append(
      h("p.note", "No dark styles of its own: colours inverted, as Outlook and Gmail's apps do."),
    );
  }
  panel.append(
    h(
      `div.stage${view.phone ? ".phone" : ""}${view.dark ? ".dark" : ""}`,
      h("iframe", {
        title: "The message as HTML",
        sandbox: "allow-popups allow-popups-to-escape-sandbox",
        referrerpolicy: "no-referrer",
        src: api.htmlUrl(message.id, view),
      }),
    ),
  );
}

/** @param {number} bytes */
function meter(bytes) {
  const clipped = bytes > GMAIL_CLIP;
  // Below `low` it is green, and above `high` red.
  const range = { low: 0.75 * GMAIL_CLIP, high: GMAIL_CLIP, max: 1.25 * GMAIL_CLIP, optimum: 0 };
  return h(
    `span.meter${clipped ? ".bad" : ""}`,
    { title: "Gmail hides what comes after 102 KB of HTML" },
    h("meter", { ...range, value: bytes, "aria-hidden": "true" }),
    size(bytes) + (clipped ? ", clipped by Gmail at 102 KB" : " of Gmail's 102 KB"),
  );
}

/** @type {Draw} */
function text(place, message) {
  const parts = message.text.split(/(https?:\/\/[^\s<>"'`\][]+[^\s<>"'`\][.,;:!?*_)])/);
  const linked = parts.map((/** @type {string} */ part, /** @type {number} */ index) =>
    index % 2 === 1
      ? h("a", { href: part, target: "_blank", rel: "noopener noreferrer" }, part)
      : part,
  );
  plain(place, message.text, "Text", linked);
}

/** @type {Draw} */
async function source(place, message) {
  if (message.size > MAX_SOURCE) {
    const download = h("a", { href: api.emlUrl(message.id), download: "" }, "Download it as .eml");
    place.panel.append(h("p.note", `The source is ${size(message.size)}. `, download));
    return;
  }
  try {
    plain(place, await api.source(message.id), "Source");
  } catch {
    toast("The source could not be read");
  }
}

/** @param {Place} place @param {string} content @param {string} what @param {any} shown */
function plain({ panel, tools }, content, what, shown = content) {
  tools.append(tool("copy", { onclick: () => copy(content, what) }, "Copy"));
  panel.append(h("pre.card", { tabindex: "0" }, shown));
}

/** @type {Draw} */
function headers({ panel }, message) {
  const row = (/** @type {{ name: string, value: string }} */ { name, value }) =>
    h("tr", h("th", { scope: "row" }, name), h("td", value));
  panel.append(
    h(
      "table.card",
      h("caption.hidden", "Headers in the order they were sent"),
      h(
        "thead.hidden",
        h("tr", h("th", { scope: "col" }, "Name"), h("th", { scope: "col" }, "Value")),
      ),
      h("tbody", message.headerFields.map(row)),
    ),
  );
}

/** @type {Draw} */
function attachments({ panel }, message) {
  const item = (
    /** @type {import("../inbox/inbox-message.ts").Attachment} */ file,
    /** @type {number} */ index,
  ) => {
    const kind = `${file.contentType}, ${size(file.size)}`;
    return h(
      "li",
      h(
        "a.card",
        { href: api.attachmentUrl(message.id, index), download: file.filename },
        icon("clip"),
        h(
          "span.file",
          h("strong", file.filename),
          h("span.kind", file.inline ? `${kind}, shown inside the HTML` : kind),
        ),
        icon("download"),
      ),
    );
  };
  panel.append(h("ul", message.attachments.map(item)));
}
