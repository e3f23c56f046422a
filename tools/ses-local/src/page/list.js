import { byId, h, icon, keepFocus } from "./dom.js";
import { displayName, fullTime, hue, shortTime } from "./format.js";
import { drawSign } from "./outcome.js";
import { groupByRecipient, recipients } from "./search.js";

/** @typedef {import("./search.js").Summary} Summary */

/** Addresses whose group is closed. @type {Set<string>} */
const folded = new Set();

/** Ids of messages that are not new. New ones are highlighted. @type {Set<string>} */
let known = new Set();

/**
 * @param {Summary[]} messages those that match the search, newest first
 * @param {{ grouped: boolean, open: string | undefined, empty: HTMLElement | undefined }} view
 *   `empty` is shown instead of an empty inbox
 */
export function drawList(messages, { grouped, open, empty }) {
  const rows = byId("rows");
  const scroll = rows.scrollTop;
  const row = (/** @type {Summary} */ message) =>
    drawRow(message, {
      // Below its recipient's heading, a message shows its sender.
      who: grouped ? [displayName(message.from)] : recipients(message),
      isOpen: message.id === open,
      isNew: !known.has(message.id),
    });
  const groups = () => [...groupByRecipient(messages)].map((group) => drawGroup(...group, row));
  const none = () =>
    h("p.none", "No message matches this search. ", h("kbd", "Esc"), " clears it.");

  keepFocus(rows, () => {
    if (empty) rows.replaceChildren(empty);
    else if (messages.length === 0) rows.replaceChildren(none());
    else rows.replaceChildren(...(grouped ? groups() : [h("ul", messages.map(row))]));
  });

  for (const { id } of messages) known.add(id);
  rows.scrollTop = scroll;
}

/** Call it with the whole list, so that nothing in it is highlighted as new. @param {Summary[]} all */
export function setKnown(all) {
  known = new Set(all.map(({ id }) => id));
}

/** @param {Summary} message @param {{ who: string[], isOpen: boolean, isNew: boolean }} view */
function drawRow(message, { who, isOpen, isNew }) {
  const { id, at, read, subject, tags, code, attachments, events, excerpt } = message;
  const [first = "nobody", ...others] = who;
  const template = tags["template"];
  return h(
    `li.row${read ? "" : ".unread"}${isNew ? ".new" : ""}`,
    h(
      "a",
      { href: `#${id}`, "aria-current": isOpen && "true", data: { key: id } },
      avatar(first),
      h(
        "span.who",
        !read && h("span.hidden", "Unread. "),
        first,
        others.length > 0 && ` +${others.length}`,
      ),
      h("time", { datetime: at, title: fullTime(at) }, shortTime(at)),
      h("span.subject", subject || "(no subject)"),
      h(
        "span.hints",
        drawSign(events),
        template && h("span.chip", template),
        code && h("span.chip.code", icon("key"), code),
        attachments > 0 &&
          h("span.chip", icon("clip"), String(attachments), h("span.hidden", " attached")),
        h("span.excerpt", excerpt),
      ),
    ),
  );
}

/**
 * @param {string} address @param {Summary[]} group
 * @param {(message: Summary) => HTMLElement} row
 */
function drawGroup(address, group, row) {
  const unread = group.filter(({ read }) => !read).length;
  const ontoggle = (/** @type {any} */ { target }) =>
    target.open ? folded.delete(address) : folded.add(address);
  return h(
    "details.group",
    { open: !folded.has(address), ontoggle },
    h(
      "summary",
      { data: { key: `group ${address}` } },
      icon("chevron"),
      h("h2", address),
      unread > 0 && h("span.badge", String(unread), h("span.hidden", " unread")),
      h("span.count", String(group.length)),
    ),
    h("ul", group.map(row)),
  );
}

/** @param {string} mailbox */
export function avatar(mailbox) {
  const letter = displayName(mailbox).slice(0, 1).toUpperCase();
  const element = h("span.avatar", { "aria-hidden": "true" }, letter);
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
        "aria-pressed": String(active === template),
        data: { key: template ?? "" },
        onclick: () => choose(active === template ? undefined : template),
      },
      template ?? "All",
      h("span.count", String(count)),
    );
  const filters = byId("filters");
  filters.hidden = templates.length === 0;
  keepFocus(filters, () =>
    filters.replaceChildren(
      filter(undefined, total),
      ...templates.map(([template, count]) => filter(template, count)),
    ),
  );
}
