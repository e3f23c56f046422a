import { copy, h, tool } from "./dom.js";

const picture = () => h("img", { src: "empty.svg", alt: "", width: "160", height: "110" });

/** The text of an empty inbox. @param {{ smtpPort: number, verified: string[] }} info */
export function drawWelcome({ smtpPort, verified }) {
  return h(
    "div.welcome",
    picture(),
    h("h2", "Waiting for the first email"),
    h("p", "Sign up in the app, and its email is here at once. Other programs can send here too:"),
    h(
      "dl",
      setting("AWS SDK", `AWS_ENDPOINT_URL_SESV2=${location.origin}`),
      setting("SMTP", `smtp://localhost:${smtpPort}`),
    ),
    h(
      "p.fine",
      "Any credentials will do. As with SES, the sender must be verified: ",
      verified.flatMap((identity, index) => [index > 0 && ", ", h("code", identity)]),
      ". Nothing leaves this machine.",
    ),
  );
}

/** @param {string} label @param {string} value */
function setting(label, value) {
  const onclick = () => copy(value, label);
  return h(
    "div.card",
    h("dt", label),
    h("dd", h("code", value), tool("copy", { title: `Copy ${value}`, onclick })),
  );
}

/** The text beside the list while no message is open. @param {number} unread */
export function drawPlaceholder(unread) {
  const [j, k, slash, question] = ["j", "k", "/", "?"].map((key) => h("kbd", key));
  return h(
    "div.placeholder",
    picture(),
    h("p", unread > 0 ? `${unread} unread` : "All read"),
    h("p.fine", j, " ", k, " to walk through, ", slash, " to search, ", question, " for more"),
  );
}
