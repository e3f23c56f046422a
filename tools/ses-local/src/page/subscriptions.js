import { api } from "./api.js";
import { h } from "./dom.js";

/** @typedef {import("../events/event.ts").Subscription} Subscription */

/** The last answer, so that a redrawn list does not flicker. @type {Subscription[]} */
let known = [];

/** The subscriptions, and whether each is confirmed. */
export function drawSubscriptions() {
  const list = h("ul.subscriptions", { "aria-label": "Events go to" });
  const draw = () => list.replaceChildren(...known.map(drawSubscription));
  draw();
  api.subscriptions().then((subscriptions) => {
    known = subscriptions;
    draw();
  });
  return list;
}

/** @param {Subscription} subscription */
function drawSubscription({ protocol, endpoint, state, lastStatus }) {
  const answer = lastStatus ? `it answered ${lastStatus}` : "it does not answer";
  return h(
    "li",
    h("span.protocol", protocol === "sqs" ? "Queue" : "Webhook"),
    h("code", endpoint),
    ...(state === "confirmed"
      ? [h("span.sign.good", "Confirmed")]
      : [h("span.sign.slow", "Waits for the app to confirm"), h("span.note", answer)]),
  );
}
