import { api } from "./api.js";
import { copy, h, icon, keepFocus, toast } from "./dom.js";
import { fullTime, longTime } from "./format.js";
import { outcomeOf } from "./outcome.js";
import { drawSubscriptions } from "./subscriptions.js";

/** @typedef {import("./outcome.js").SesEvent} SesEvent */
/** @typedef {import("./outcome.js").Delivery} Delivery */

/** The events that a button can publish, with the names of `POST /inbox/messages/:id/events`. */
const MAKE = [
  ["delivery", "Deliver"],
  ["delay", "Delay"],
  ["soft-bounce", "Soft bounce"],
  ["out-of-office", "Out of office"],
  ["bounce", "Bounce"],
  ["complaint", "Complain"],
];
const MAKE_MORE = [
  ["open", "Open"],
  ["click", "Click"],
  ["subscription", "Unsubscribe"],
  ["reject", "Reject"],
  ["rendering-failure", "Rendering failure"],
];

/**
 * Ids of events whose payload is shown. They stay open when another event arrives.
 *
 * @type {Set<string>}
 */
const unfolded = new Set();
let more = false;

/**
 * The Events tab: buttons that publish an event about this message, and its published events.
 *
 * @param {HTMLElement} panel @param {{ id: string, events: SesEvent[] }} message
 */
export function drawEvents(panel, message) {
  const redraw = () => drawEvents(panel, message);
  const several = new Set(message.events.map(({ recipient }) => recipient)).size > 1;
  keepFocus(panel, () => {
    panel.replaceChildren(
      h(
        "div",
        { class: "make", role: "group", "aria-label": "Publish an event" },
        MAKE.map((make) => makeButton(message.id, make)),
        tool("chevron", "More", "more", { "aria-expanded": String(more) }, () => {
          more = !more;
          redraw();
        }),
        more && MAKE_MORE.map((make) => makeButton(message.id, make)),
      ),
      drawSubscriptions(),
      message.events.length > 0
        ? h(
            "ol",
            { class: "timeline" },
            inOrder(message.events).map((event) => drawEvent(event, { several, redraw })),
          )
        : h("p", { class: "note" }, "SES has published no event about this message yet."),
    );
  });
}

/** The oldest first. @param {SesEvent[]} events */
const inOrder = (events) => events.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));

/** @param {string} id @param {string[]} make */
function makeButton(id, [type = "", label = ""]) {
  return h(
    "button",
    {
      type: "button",
      data: { key: `make ${type}` },
      onclick: () => tell(() => api.makeEvent(id, type), `${label}: published`),
    },
    label,
  );
}

/** @param {() => Promise<unknown>} action @param {string} done */
async function tell(action, done) {
  try {
    await action();
    toast(done);
  } catch (error) {
    toast(error instanceof Error ? error.message : String(error));
  }
}

/** @param {SesEvent} event @param {{ several: boolean, redraw: () => void }} view */
function drawEvent(event, { several, redraw }) {
  const open = unfolded.has(event.id);
  const json = JSON.stringify(event.payload, null, 2);
  return h(
    "li",
    { class: outcomeOf(event).tone },
    h(
      "div",
      { class: "what" },
      h("strong", {}, event.type),
      h("span", {}, event.summary),
      several && h("span", { class: "recipient" }, event.recipient),
      h("time", { datetime: event.at, title: fullTime(event.at) }, longTime(event.at)),
    ),
    h(
      "div",
      { class: "how" },
      event.deliveries.length > 0
        ? h("ul", { class: "deliveries" }, event.deliveries.map(drawDelivery))
        : h("p", { class: "note" }, "Delivered to no subscriber"),
      h(
        "div",
        { class: "do" },
        open && tool("copy", "Copy", `copy ${event.id}`, {}, () => copy(json, "Payload")),
        tool("chevron", "Payload", `payload ${event.id}`, { "aria-expanded": String(open) }, () => {
          if (!unfolded.delete(event.id)) unfolded.add(event.id);
          redraw();
        }),
        tool(
          "replay",
          "Replay",
          `replay ${event.id}`,
          { title: "Send the same event to the app again" },
          () => tell(() => api.replay(event.id), "Replayed"),
        ),
      ),
    ),
    open && h("pre", { tabindex: "0", "aria-label": `Payload of ${event.type}` }, json),
  );
}

/**
 * @param {Parameters<typeof icon>[0]} symbol @param {string} label @param {string} key
 * @param {object} properties @param {() => void} onclick
 */
function tool(symbol, label, key, properties, onclick) {
  return h(
    "button",
    { type: "button", class: "tool", data: { key }, ...properties, onclick },
    icon(symbol),
    label,
  );
}

/** @param {Delivery} delivery */
function drawDelivery({ to, at, status, ms, error, attempt }) {
  const taken = !error && (to === "queue" || (status !== null && status >= 200 && status < 300));
  const answer = error ?? (to === "queue" ? "taken" : `${status}`);
  return h(
    "li",
    { class: taken ? "taken" : "refused", title: fullTime(at) },
    icon(taken ? "tick" : "cross"),
    h("span", {}, to === "webhook" ? "Webhook" : "Queue"),
    h("span", { class: "answer" }, answer),
    h("span", { class: "ms" }, `${Math.round(ms)} ms`),
    attempt > 1 && h("span", { class: "ms" }, `attempt ${attempt}`),
  );
}
