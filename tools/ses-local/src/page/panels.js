import { api } from "./api.js";
import { drawChecks } from "./checks.js";
import { copy, h, icon, toast } from "./dom.js";
import { drawEvents } from "./events.js";
import { size } from "./format.js";

/** Gmail cuts longer HTML, and shows the link "View entire message". */
const GMAIL_CLIP = 102 * 1024;

/** The page does not show a longer source, only a download. */
const MAX_SOURCE = 1_000_000;

/**
 * @typedef {{ phone: boolean, dark: boolean, images: boolean }} View
 * @typedef {{ panel: HTMLElement, tools: HTMLElement }} Place `tools` stands beside the tabs
 * @param {Place} place @param {string} tab @param {any} message @param {View} view
 * @param {() => void} redraw
 */
export function drawPanel(place, tab, message, view, redraw) {
  const draw = {
    HTML: html,
    Text: text,
    Checks: checks,
    Events: events,
    Source: source,
    Headers: headers,
    Attachments: attachments,
  }[tab];
  draw?.(place, message, view, redraw);
}

/** @param {Place} place @param {any} message @param {View} view @param {() => void} redraw */
function html({ panel, tools }, message, view, redraw) {
  const toggle = (
    /** @type {keyof View} */ name,
    /** @type {Parameters<typeof icon>[0]} */ symbol,
    /** @type {string} */ label,
    /** @type {string} */ key,
  ) =>
    h(
      "button",
      {
        type: "button",
        id: `view-${name}`,
        class: "tool",
        "aria-pressed": String(view[name]),
        title: `${label} (${key})`,
        onclick: () => {
          view[name] = !view[name];
          redraw();
          document.getElementById(`view-${name}`)?.focus();
        },
      },
      icon(symbol),
      h("span", { class: "label" }, label),
    );
  tools.append(
    meter(message.htmlSize),
    toggle("phone", "phone", "Phone", "p"),
    toggle("dark", "moon", "Dark", "d"),
    toggle("images", "image", "Images", "i"),
  );
  if (view.dark && !message.darkStyles) {
    panel.append(
      h(
        "p",
        { class: "note" },
        "No dark styles of its own: colours inverted, as Outlook and Gmail's apps do.",
      ),
    );
  }
  panel.append(
    h(
      "div",
      { class: `stage${view.phone ? " phone" : ""}${view.dark ? " dark" : ""}` },
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
  const share = bytes / GMAIL_CLIP;
  const level = share > 1 ? "over" : share > 0.75 ? "near" : "well";
  const label =
    share > 1 ? `${size(bytes)}, clipped by Gmail at 102 KB` : `${size(bytes)} of Gmail's 102 KB`;
  const bar = h("span", { class: "fill" });
  bar.style.width = `${Math.min(100, Math.max(2, share * 100))}%`;
  return h(
    "span",
    { class: `meter ${level}`, title: "Gmail hides what comes after 102 KB of HTML" },
    h("span", { class: "track", "aria-hidden": "true" }, bar),
    label,
  );
}

/** @param {Place} place @param {any} message */
function text({ panel, tools }, message) {
  tools.append(copyButton(message.text, "Text"));
  panel.append(h("pre", { tabindex: "0" }, linked(message.text)));
}

/** @param {string} plain */
function linked(plain) {
  return plain
    .split(/(https?:\/\/[^\s<>"'`\][]+[^\s<>"'`\][.,;:!?*_)])/)
    .map((part, index) =>
      index % 2 === 1
        ? h("a", { href: part, target: "_blank", rel: "noopener noreferrer" }, part)
        : part,
    );
}

/** @param {Place} place @param {any} message */
function checks({ panel }, message) {
  return drawChecks(panel, message.id);
}

/** @param {Place} place @param {any} message */
function events({ panel }, message) {
  drawEvents(panel, message);
}

/** @param {Place} place @param {any} message */
async function source({ panel, tools }, message) {
  if (message.size > MAX_SOURCE) {
    panel.append(
      h(
        "p",
        { class: "note" },
        `The source is ${size(message.size)}. `,
        h("a", { href: api.emlUrl(message.id), download: "" }, "Download it as .eml"),
      ),
    );
    return;
  }
  try {
    const raw = await api.source(message.id);
    tools.append(copyButton(raw, "Source"));
    panel.append(h("pre", { tabindex: "0" }, raw));
  } catch {
    toast("The source could not be read");
  }
}

/** @param {Place} place @param {any} message */
function headers({ panel }, message) {
  panel.append(
    h(
      "table",
      {},
      h("caption", { class: "hidden" }, "Headers in the order they were sent"),
      h(
        "thead",
        { class: "hidden" },
        h("tr", {}, h("th", { scope: "col" }, "Name"), h("th", { scope: "col" }, "Value")),
      ),
      h(
        "tbody",
        {},
        message.headerFields.map((/** @type {{ name: string, value: string }} */ { name, value }) =>
          h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, value)),
        ),
      ),
    ),
  );
}

/** @param {Place} place @param {any} message */
function attachments({ panel }, message) {
  panel.append(
    h(
      "ul",
      {},
      message.attachments.map(
        (
          /** @type {{ filename: string, contentType: string, size: number, inline: boolean }} */ attachment,
          /** @type {number} */ index,
        ) =>
          h(
            "li",
            {},
            h(
              "a",
              { href: api.attachmentUrl(message.id, index), download: attachment.filename },
              icon("clip"),
              h(
                "span",
                { class: "file" },
                h("strong", {}, attachment.filename),
                h(
                  "span",
                  { class: "kind" },
                  `${attachment.contentType}, ${size(attachment.size)}${attachment.inline ? ", shown inside the HTML" : ""}`,
                ),
              ),
              icon("download"),
            ),
          ),
      ),
    ),
  );
}

/** @param {string} content @param {string} what */
function copyButton(content, what) {
  return h(
    "button",
    { type: "button", class: "tool", onclick: () => copy(content, what) },
    icon("copy"),
    h("span", { class: "label" }, "Copy"),
  );
}
