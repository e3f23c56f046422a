import { api } from "./api.js";
import { byId, copy, h, icon, keepFocus } from "./dom.js";
import { drawEvents } from "./events.js";
import { displayName, fullTime, longTime } from "./format.js";
import { avatar } from "./list.js";
import { drawSign } from "./outcome.js";
import { drawPanel } from "./panels.js";

const TABS = ["HTML", "Text", "Checks", "Events", "Source", "Headers", "Attachments"];

/** The number of links that are always shown. */
const LINKS_SHOWN = 3;

/**
 * The message view. The choices (tab, width, colours, images) stay for the next message.
 *
 * @param {{ close: () => void, step: (by: number) => void, remove: () => void,
 *   markUnread: () => void, search: (query: string) => void }} actions
 */
export function createReader(actions) {
  const root = byId("reader");
  /** @type {any} */
  let message;
  let tab = "HTML";
  const view = { phone: false, dark: false, images: true };

  const tabs = () => TABS.filter((name) => isShown(name));

  /** @param {string} name */
  function isShown(name) {
    if (name === "HTML") return message.html !== "";
    if (name === "Text") return message.text !== "";
    return name !== "Attachments" || message.attachments.length > 0;
  }

  /** @param {string} name */
  function show(name) {
    if (!message || !isShown(name)) return;
    tab = name;
    drawTabs();
  }

  const current = () => (isShown(tab) ? tab : (tabs()[0] ?? "Source"));

  function drawTabs() {
    // On the line of the tabs, so that the message gets more height.
    const tools = h("div", { class: "viewbar" });
    const panel = h("div", {
      role: "tabpanel",
      id: "panel",
      class: `panel ${current().toLowerCase()}`,
      "aria-labelledby": `tab-${current()}`,
    });
    root
      .querySelector(".content")
      ?.replaceChildren(h("div", { class: "tabbar" }, drawTabList(), tools), panel);
    drawPanel({ panel, tools }, current(), message, view, drawTabs);
  }

  function drawTabList() {
    return h(
      "div",
      { role: "tablist", class: "tabs", "aria-label": "Parts of the message", onkeydown: moveTab },
      tabs().map((name) =>
        h(
          "button",
          {
            type: "button",
            role: "tab",
            id: `tab-${name}`,
            data: { key: `tab ${name}` },
            "aria-selected": String(name === current()),
            "aria-controls": "panel",
            tabindex: name === current() ? "0" : "-1",
            onclick: () => {
              show(name);
              byId(`tab-${name}`).focus();
            },
          },
          name,
          drawCount(name),
        ),
      ),
    );
  }

  /** @param {string} name */
  function drawCount(name) {
    const { length } = { Events: message.events, Attachments: message.attachments }[name] ?? [];
    return length > 0 && h("span", { class: "count" }, String(length));
  }

  /** @param {KeyboardEvent} event */
  function moveTab(event) {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    const names = tabs();
    const at = names.findIndex((name) => byId(`tab-${name}`) === document.activeElement);
    const next = names[(at + by + names.length) % names.length];
    if (!next) return;
    show(next);
    byId(`tab-${next}`).focus();
  }

  const button = (
    /** @type {Parameters<typeof icon>[0]} */ name,
    /** @type {string} */ label,
    /** @type {() => void} */ onclick,
    className = "",
  ) =>
    h(
      "button",
      {
        type: "button",
        class: `tool only-icon ${className}`,
        "aria-label": label,
        title: label,
        onclick,
      },
      icon(name),
    );

  function draw() {
    root.replaceChildren(
      h(
        "header",
        {},
        h(
          "div",
          { class: "title" },
          button("back", "Back to the list (Esc)", actions.close, "back"),
          h("h2", {}, message.subject || "(no subject)"),
          h(
            "div",
            { class: "tools" },
            button("up", "Newer message (k)", () => actions.step(-1)),
            button("down", "Older message (j)", () => actions.step(1)),
            button("unread", "Mark unread (u)", actions.markUnread),
            h(
              "a",
              {
                class: "tool only-icon",
                href: api.emlUrl(message.id),
                download: "",
                title: "Download .eml",
                "aria-label": "Download .eml",
              },
              icon("download"),
            ),
            button("trash", "Delete (Delete)", actions.remove),
          ),
        ),
        drawEnvelope(),
        drawExtracts(),
      ),
      h("div", { class: "content" }),
    );
    drawTabs();
    root.scrollTop = 0;
  }

  function drawEnvelope() {
    const line = (/** @type {string} */ label, /** @type {string[]} */ addresses) =>
      addresses.length > 0 &&
      h(
        "div",
        {},
        h("dt", {}, label),
        h(
          "dd",
          {},
          addresses.map((address) =>
            h(
              "button",
              {
                type: "button",
                class: "address",
                title: `Search to:${address}`,
                onclick: () => actions.search(`to:${address}`),
              },
              address,
            ),
          ),
        ),
      );
    const { template, ...others } = message.tags;
    const tags = Object.entries({ ...(template && { template }), ...others }).map(([name, value]) =>
      h(
        "button",
        {
          type: "button",
          class: "chip",
          title: `Search tag:${name}=${value}`,
          onclick: () =>
            actions.search(name === "template" ? `template:${value}` : `tag:${name}=${value}`),
        },
        name === "template" ? value : `${name}=${value}`,
      ),
    );
    return h(
      "div",
      { class: "envelope" },
      avatar(message.from),
      h(
        "div",
        { class: "who" },
        h(
          "p",
          { class: "from" },
          h("strong", {}, displayName(message.from)),
          displayName(message.from) !== message.from &&
            h("span", {}, /<[^>]*>$/.exec(message.from)?.[0].slice(1, -1)),
        ),
        h("dl", {}, line("To", message.to), line("Cc", message.cc), line("Bcc", message.bcc)),
      ),
      h(
        "div",
        { class: "when" },
        h("time", { datetime: message.at, title: fullTime(message.at) }, longTime(message.at)),
        h("span", {}, message.via === "smtp" ? "SMTP" : "SES API"),
        h("span", { id: "outcome" }, drawSign(message.events)),
      ),
      (tags.length > 0 || message.configurationSet) &&
        h(
          "div",
          { class: "tags" },
          tags,
          message.configurationSet &&
            h(
              "span",
              { class: "chip plain", title: "Configuration set" },
              `set: ${message.configurationSet}`,
            ),
        ),
    );
  }

  function drawExtracts() {
    if (message.codes.length === 0 && message.links.length === 0) return null;
    const links = message.links.map(drawLink);
    return h(
      "div",
      { class: "extracts" },
      message.codes.map((/** @type {string} */ code) =>
        h(
          "button",
          {
            type: "button",
            class: "code",
            title: "Copy the code (c)",
            onclick: () => copyCode(code),
          },
          h("span", { class: "hidden" }, "Copy code "),
          h("code", {}, code),
          icon("copy"),
        ),
      ),
      h("ul", {}, links.slice(0, LINKS_SHOWN)),
      links.length > LINKS_SHOWN &&
        h(
          "details",
          {},
          h(
            "summary",
            {},
            links.length === LINKS_SHOWN + 1
              ? "1 more link"
              : `${links.length - LINKS_SHOWN} more links`,
          ),
          h("ul", {}, links.slice(LINKS_SHOWN)),
        ),
    );
  }

  return {
    /** @param {any} opened */
    open(opened) {
      message = opened;
      draw();
    },
    /** Redraws the events of the open message, and nothing else. @param {any} changed */
    update(changed) {
      if (message?.id !== changed.id) return;
      message = changed;
      byId("outcome").replaceChildren(drawSign(message.events) ?? "");
      keepFocus(root, () => root.querySelector(".tabs")?.replaceWith(drawTabList()));
      if (current() === "Events") drawEvents(byId("panel"), message);
    },
    /** @param {() => HTMLElement} placeholder */
    close(placeholder) {
      message = undefined;
      root.replaceChildren(placeholder());
    },
    /** @param {number} index */
    showTab: (index) => show((message && tabs()[index]) ?? ""),
    showEvents: () => show("Events"),
    /** @param {"phone" | "dark" | "images"} name */
    toggle(name) {
      if (!message?.html) return;
      view[name] = !view[name];
      show("HTML");
    },
    openLink() {
      const link = message?.links[0];
      if (link) window.open(link.url, "_blank", "noopener,noreferrer");
    },
    copyFirst() {
      if (message?.codes.length > 0) copyCode(message.codes[0]);
      else if (message?.links.length > 0) copy(message.links[0].url, "Link");
    },
  };
}

/** A code without its space or dash, because forms expect digits. @param {string} code */
function copyCode(code) {
  return copy(/[a-z]/i.test(code) ? code : code.replace(/\D/g, ""), "Code");
}

/** @param {{ url: string, label: string }} link @param {number} index */
function drawLink({ url, label }, index) {
  const { host, pathname, search } = new URL(url);
  return h(
    "li",
    {},
    h(
      "a",
      {
        href: url,
        target: "_blank",
        rel: "noopener noreferrer",
        title: url,
        class: index === 0 && "first",
      },
      icon("open"),
      h("span", { class: "label" }, label || host),
      h("span", { class: "url" }, `${host}${pathname}${search}`),
    ),
    h(
      "button",
      {
        type: "button",
        class: "tool only-icon",
        "aria-label": `Copy link ${label || url}`,
        title: "Copy link",
        onclick: () => copy(url, "Link"),
      },
      icon("copy"),
    ),
  );
}
