import { byId, h, icon, keepFocus } from "./dom.js";
import { displayName, fullTime, hue, shortTime } from "./format.js";
import { drawSign } from "./outcome.js";
import { groupByRecipient, recipients } from "./search.js";

/** @typedef {import("./search.js").Summary} Summary */

/** Addresses whose group is closed. @type {Set<string>} */
const folded = new Set();

/** Ids that were drawn before. New ones are highlighted. @type {Set<string> | undefined} */
let known;

/**
 * @param {Summary[]} messages those that match the search, newest first
 * @param {{ grouped: boolean, open: string | undefined, total: number, empty: () => HTMLElement,
 *   redraw: () => void }} view
 */
export function drawList(messages, { grouped, open, total, empty, redraw }) {
  const rows = byId("rows");
  const scroll = rows.scrollTop;
  const before = known;
  const row = (/** @type {Summary} */ message) =>
    drawRow(message, {
      // Below its recipient's heading, a message shows its sender.
      who: grouped ? [displayName(message.from)] : recipients(message),
      isOpen: message.id === open,
      isNew: before !== undefined && !before.has(message.id),
    });

  keepFocus(rows, () => {
    if (total === 0) rows.replaceChildren(empty());
    else if (messages.length === 0) {
      rows.replaceChildren(
        h(
          "p",
          { class: "none" },
          "No message matches this search. ",
          h("kbd", {}, "Esc"),
          " clears it.",
        ),
      );
    } else if (grouped) {
      rows.replaceChildren(
        ...[...groupByRecipient(messages)].map(([address, group]) =>
          drawGroup(address, group, row, redraw),
        ),
      );
    } else rows.replaceChildren(h("ul", {}, messages.map(row)));
  });

  known = new Set([...(before ?? []), ...messages.map(({ id }) => id)]);
  rows.scrollTop = scroll;
}

/** Call it before the whole list changes, so that nothing in it is highlighted as new. */
export function forgetKnown() {
  known = undefined;
}

/** @param {Summary} message @param {{ who: string[], isOpen: boolean, isNew: boolean }} view */
function drawRow(message, { who, isOpen, isNew }) {
  const [first = "nobody", ...others] = who;
  const template = message.tags["template"];
  return h(
    "li",
    { class: `row${message.read ? "" : " unread"}${isNew ? " new" : ""}` },
    h(
      "a",
      {
        href: `#${message.id}`,
        "aria-current": isOpen && "true",
        data: { id: message.id, key: message.id },
      },
      avatar(first),
      h(
        "span",
        { class: "who" },
        !message.read && h("span", { class: "hidden" }, "Unread. "),
        first,
        others.length > 0 && h("span", { class: "more" }, ` +${others.length}`),
      ),
      h("time", { datetime: message.at, title: fullTime(message.at) }, shortTime(message.at)),
      h("span", { class: "subject" }, message.subject || "(no subject)"),
      h(
        "span",
        { class: "hints" },
        drawSign(message.events),
        template && h("span", { class: "chip" }, template),
        message.code && h("span", { class: "chip code" }, icon("key"), message.code),
        message.attachments > 0 &&
          h(
            "span",
            { class: "chip" },
            icon("clip"),
            String(message.attachments),
            h(
              "span",
              { class: "hidden" },
              message.attachments === 1 ? " attachment" : " attachments",
            ),
          ),
        h("span", { class: "excerpt" }, message.excerpt),
      ),
    ),
  );
}

/**
 * @param {string} address @param {Summary[]} group
 * @param {(message: Summary) => HTMLElement} row @param {() => void} redraw
 */
function drawGroup(address, group, row, redraw) {
  const unread = group.filter(({ read }) => !read).length;
  const open = !folded.has(address);
  const toggle = () => {
    if (!folded.delete(address)) folded.add(address);
    redraw();
  };
  return h(
    "section",
    { class: "group", "aria-label": address },
    h(
      "h2",
      {},
      h(
        "button",
        {
          type: "button",
          "aria-expanded": String(open),
          onclick: toggle,
          data: { key: `group ${address}` },
        },
        icon("chevron"),
        h("span", { class: "address" }, address),
        unread > 0 &&
          h("span", { class: "badge" }, String(unread), h("span", { class: "hidden" }, " unread")),
        h("span", { class: "count" }, String(group.length)),
      ),
    ),
    open && h("ul", {}, group.map(row)),
  );
}

/** @param {string} mailbox */
export function avatar(mailbox) {
  const element = h(
    "span",
    { class: "avatar", "aria-hidden": "true" },
    displayName(mailbox).slice(0, 1).toUpperCase(),
  );
  element.style.setProperty("--hue", String(hue(mailbox)));
  return element;
}

/**
 * @param {[template: string, count: number][]} templates
 * @param {{ total: number, active: string | undefined, choose: (template: string | undefined) => void }} view
 */
export function drawFilters(templates, { total, active, choose }) {
  const filter = (/** @type {string | undefined} */ template, /** @type {number} */ count) =>
    h(
      "button",
      {
        type: "button",
        "aria-pressed": String(active === template),
        onclick: () => choose(active === template ? undefined : template),
      },
      template ?? "All",
      h("span", { class: "count" }, String(count)),
    );
  const filters = byId("filters");
  filters.hidden = templates.length === 0;
  const focused = [...filters.children].indexOf(/** @type {Element} */ (document.activeElement));
  filters.replaceChildren(
    filter(undefined, total),
    ...templates.map(([template, count]) => filter(template, count)),
  );
  const again = filters.children[focused];
  if (again instanceof HTMLElement) again.focus({ preventScroll: true });
}
