import { api } from "./api.js";
import { copy, h, icon, keepFocus, toast, tool } from "./dom.js";
import { fullTime, longTime } from "./format.js";
import { outcomeOf } from "./outcome.js";
import { drawSubscriptions } from "./subscriptions.js";

/** @typedef {import("../events/event.ts").SesLocalEvent} SesEvent */
/** @typedef {import("../events/event.ts").Delivery} Delivery */

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
 * What is unfolded: "more" buttons, and the ids of events whose payload is shown. They stay open
 * when another event arrives.
 *
 * @type {Set<string>}
 */
const unfolded = new Set();

/**
 * The Events tab: buttons that publish an event about this message, and its published events.
 *
 * @param {HTMLElement} panel @param {{ id: string, events: SesEvent[] }} message
 */
export function drawEvents(panel, message) {
  const { events } = message;
  /** @param {string} text @param {string} what */
  const unfold = (text, what) => {
    const onclick = () => {
      if (!unfolded.delete(what)) unfolded.add(what);
      drawEvents(panel, message);
    };
    const state = { "aria-expanded": String(unfolded.has(what)), data: { key: `unfold ${what}` } };
    return tool("chevron", { ...state, onclick }, text);
  };
  /** @param {string[]} make */
  const makeButton = ([type = "", label = ""]) => {
    const onclick = () => tell(() => api.makeEvent(message.id, type), `${label}: published`);
    return h("button.button", { data: { key: `make ${type}` }, onclick }, label);
  };
  const several = new Set(events.map(({ recipient }) => recipient)).size > 1;
  keepFocus(panel, () => {
    panel.replaceChildren(
      h(
        "div.make",
        { role: "group", "aria-label": "Publish an event" },
        MAKE.map(makeButton),
        unfold("More", "more"),
        unfolded.has("more") && MAKE_MORE.map(makeButton),
      ),
      drawSubscriptions(),
      events.length > 0
        ? h(
            "ol.timeline",
            events.map((event) => drawEvent(event, several, unfold("Payload", event.id))),
          )
        : h("p.note", "SES has published no event about this message yet."),
    );
  });
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

/**
 * @param {SesEvent} event @param {boolean} several whether the message has several recipients
 * @param {HTMLElement} unfold the button that shows the payload
 */
function drawEvent(event, several, unfold) {
  const { id, at, type, summary, recipient, deliveries } = event;
  const open = unfolded.has(id);
  const json = JSON.stringify(event.payload, null, 2);
  const replay = () => tell(() => api.replay(id), "Replayed");
  return h(
    `li.${outcomeOf(event).tone}`,
    h(
      "div.what",
      h("strong", type),
      h("span", summary),
      several && h("span.recipient", recipient),
      h("time", { datetime: at, title: fullTime(at) }, longTime(at)),
    ),
    h(
      "div.how",
      deliveries.length > 0
        ? h("ul.deliveries", deliveries.map(drawDelivery))
        : h("p.note", "Delivered to no subscriber"),
      h(
        "div.do",
        open &&
          tool(
            "copy",
            { data: { key: `copy ${id}` }, onclick: () => copy(json, "Payload") },
            "Copy",
          ),
        unfold,
        tool(
          "replay",
          {
            title: "Send the same event to the app again",
            data: { key: `replay ${id}` },
            onclick: replay,
          },
          "Replay",
        ),
      ),
    ),
    open && h("pre", { tabindex: "0", "aria-label": `Payload of ${type}` }, json),
  );
}

/** @param {Delivery} delivery */
function drawDelivery({ to, at, status, ms, error, attempt }) {
  const taken = status !== null && status >= 200 && status < 300;
  return h(
    `li.${taken ? "good" : "bad"}`,
    { title: fullTime(at) },
    icon(taken ? "tick" : "cross"),
    h("span", to === "webhook" ? "Webhook" : "Queue"),
    h("span.answer", error ?? (to === "queue" ? "taken" : `${status}`)),
    h("span.ms", `${Math.round(ms)} ms`),
    attempt > 1 && h("span.ms", `attempt ${attempt}`),
  );
}
