import { copy, h, icon } from "./dom.js";

/** The text of an empty inbox. @param {{ smtpPort: number, verified: string[] }} info */
export function drawWelcome({ smtpPort, verified }) {
  return h(
    "div",
    { class: "welcome" },
    h("img", { src: "empty.svg", alt: "", width: "160", height: "110" }),
    h("h2", {}, "Waiting for the first email"),
    h(
      "p",
      {},
      "Sign up in the app, and its email is here at once. Other programs can send here too:",
    ),
    h(
      "dl",
      {},
      setting("AWS SDK", `AWS_ENDPOINT_URL_SESV2=${location.origin}`),
      setting("SMTP", `smtp://localhost:${smtpPort}`),
    ),
    h(
      "p",
      { class: "fine" },
      "Any credentials will do. As with SES, the sender must be verified: ",
      verified.map((identity, index) => [index > 0 && ", ", h("code", {}, identity)]).flat(),
      ". Nothing leaves this machine.",
    ),
  );
}

/** @param {string} label @param {string} value */
function setting(label, value) {
  return h(
    "div",
    {},
    h("dt", {}, label),
    h(
      "dd",
      {},
      h("code", {}, value),
      h(
        "button",
        {
          type: "button",
          class: "tool only-icon",
          "aria-label": `Copy ${value}`,
          title: "Copy",
          onclick: () => copy(value, label),
        },
        icon("copy"),
      ),
    ),
  );
}

/** The text beside the list while no message is open. @param {number} unread */
export function drawPlaceholder(unread) {
  const key = (/** @type {string} */ name) => h("kbd", {}, name);
  return h(
    "div",
    { class: "placeholder" },
    h("img", { src: "empty.svg", alt: "", width: "160", height: "110" }),
    h("p", {}, unread > 0 ? `${unread} unread` : "All read"),
    h(
      "p",
      { class: "fine" },
      key("j"),
      " ",
      key("k"),
      " to walk through, ",
      key("/"),
      " to search, ",
      key("?"),
      " for more",
    ),
  );
}
