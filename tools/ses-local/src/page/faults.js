import { api } from "./api.js";
import { EVENT_FAULTS, FAULTS, describe, percent, shareOf } from "./control.js";
import { byId, h, toast } from "./dom.js";
import { drawSubscriptions } from "./subscriptions.js";

/** @typedef {import("./control.js").Behaviour} Behaviour */

/** Milliseconds between two requests, because tests and commands set faults too. */
const EVERY = 5000;

const dialog = /** @type {HTMLDialogElement} */ (byId("faults-dialog"));
const form = /** @type {HTMLFormElement} */ (byId("faults-form"));

/** The current behaviour. @type {Behaviour | undefined} */
let behaviour;

/** The panel of faults, and the banner that is shown while there are faults. */
export function startFaults() {
  byId("faults").addEventListener("click", openFaults);
  byId("faults-change").addEventListener("click", openFaults);
  for (const id of ["faults-normal", "faults-reset"]) byId(id).addEventListener("click", reset);
  byId("faults-close").addEventListener("click", () => dialog.close());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    apply();
  });
  refresh();
  setInterval(() => document.visibilityState === "visible" && refresh(), EVERY);
  document.addEventListener("visibilitychange", refresh);
}

export async function openFaults() {
  await refresh();
  if (!behaviour) return toast("ses-local does not answer");
  drawForm(behaviour);
  dialog.showModal();
}

async function refresh() {
  try {
    show(await api.control());
  } catch {
    // Another sign shows that the connection is lost.
  }
}

/** @param {Behaviour} now */
function show(now) {
  behaviour = now;
  const phrases = describe(now);
  const banner = byId("faults-banner");
  const text = phrases.join(", ");
  // Only on a change, because a screen reader reads it aloud.
  if (byId("faults-now").textContent !== text) byId("faults-now").textContent = text;
  banner.hidden = phrases.length === 0;
  byId("faults").classList.toggle("on", phrases.length > 0);
}

/** @param {Behaviour} now */
function drawForm({ faults, delay, events }) {
  byId("faults-error").textContent = "";
  byId("faults-subscriptions").replaceChildren(drawSubscriptions());
  byId("faults-sending").replaceChildren(
    ...FAULTS.map(([name, label, hint]) => shareField(name, label, hint, shareOf(faults, name))),
    field("delay", "Late answer", "", delay, "ms"),
  );
  byId("faults-events").replaceChildren(
    ...EVENT_FAULTS.map(([name, label, hint]) =>
      shareField(`events.${name}`, label, hint, events[name]),
    ),
    field("events.delay", "Late", "each event", events.delay, "ms"),
    h(
      "label.field",
      h("span", "Signature"),
      h(
        "select",
        { name: "signatureVersion" },
        h("option", { value: "2", selected: events.signatureVersion === "2" }, "version 2, SHA256"),
        h("option", { value: "1", selected: events.signatureVersion === "1" }, "version 1, SHA1"),
      ),
    ),
  );
}

/** @param {string} name @param {string} label @param {string} hint @param {number} share */
const shareField = (name, label, hint, share) => field(name, label, hint, percent(share), "%");

/**
 * @param {string} name @param {string} label @param {string} hint @param {number} value
 * @param {"%" | "ms"} unit
 */
function field(name, label, hint, value, unit) {
  return h(
    `label.field${value > 0 ? ".on" : ""}`,
    h("span", label, " ", h("span.hint", hint)),
    h("input", {
      name,
      type: "number",
      inputmode: "decimal",
      min: "0",
      max: unit === "%" ? "100" : "600000",
      step: "any",
      placeholder: "0",
      value: value > 0 && String(value),
    }),
    h("span.unit", unit),
  );
}

async function apply() {
  if (!behaviour) return;
  const data = new FormData(form);
  const number = (/** @type {string} */ name) => Number(data.get(name));
  try {
    show(
      await api.setControl({
        ...behaviour,
        delay: number("delay"),
        faults: FAULTS.map(([fault]) => ({ fault, share: number(fault) / 100 })).filter(
          ({ share }) => share > 0,
        ),
        events: {
          ...Object.fromEntries(
            EVENT_FAULTS.map(([name]) => [name, number(`events.${name}`) / 100]),
          ),
          delay: number("events.delay"),
          signatureVersion: data.get("signatureVersion"),
        },
      }),
    );
    dialog.close();
    toast("Set");
  } catch (error) {
    byId("faults-error").textContent = error instanceof Error ? error.message : String(error);
  }
}

async function reset() {
  await api.resetControl();
  await refresh();
  if (dialog.open) dialog.close();
  toast("Back to normal");
}
