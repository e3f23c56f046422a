import { api } from "./api.js";
import { h } from "./dom.js";

/** @typedef {{ protocol: string, endpoint: string, state: "pending" | "confirmed",
 *   lastStatus: number | null }} Subscription */

/** The last answer, so that a redrawn list does not flicker. @type {Subscription[]} */
let known = [];

/** The subscriptions, and whether each is confirmed. */
export function drawSubscriptions() {
  const list = h("ul", { class: "subscriptions", "aria-label": "Events go to" });
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
  const confirmed = state === "confirmed";
  return h(
    "li",
    {},
    h("span", { class: "protocol" }, protocol === "sqs" ? "Queue" : "Webhook"),
    h("code", {}, endpoint),
    h(
      "span",
      { class: `sign ${confirmed ? "good" : "slow"}` },
      confirmed ? "Confirmed" : "Waits for the app to confirm",
    ),
    !confirmed &&
      h("span", { class: "note" }, lastStatus ? `it answered ${lastStatus}` : "it does not answer"),
  );
}
