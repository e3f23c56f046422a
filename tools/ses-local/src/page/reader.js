import { api } from "./api.js";
import { byId, copy, h, icon, keepFocus, tool } from "./dom.js";
import { drawEvents } from "./events.js";
import { displayName, fullTime, longTime, plural } from "./format.js";
import { avatar } from "./list.js";
import { drawSign } from "./outcome.js";
import { PANELS } from "./panels.js";

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

  function tabs() {
    const { html, text, attachments } = message;
    const hidden = { HTML: !html, Text: !text, Attachments: attachments.length === 0 };
    return Object.keys(PANELS).filter((name) => !(/** @type {any} */ (hidden)[name]));
  }

  const current = () => (tabs().includes(tab) ? tab : (tabs()[0] ?? "Source"));

  /** @param {string} name */
  function show(name) {
    if (!message || !tabs().includes(name)) return;
    tab = name;
    drawTabs();
  }

  function drawTabs() {
    const name = current();
    // On the line of the tabs, so that the message gets more height.
    const tools = h("div.viewbar");
    const panel = h(`div.panel.${name.toLowerCase()}`, {
      role: "tabpanel",
      id: "panel",
      "aria-labelledby": `tab-${name}`,
    });
    keepFocus(root, () => {
      byId("content").replaceChildren(h("div.tabbar", drawTabList(), tools), panel);
      PANELS[name]?.({ panel, tools }, message, view, toggle);
    });
    // On a phone, not all tabs fit beside each other.
    byId(`tab-${name}`).scrollIntoView({ block: "nearest" });
  }

  function drawTabList() {
    const { events, attachments } = message;
    /** @param {string} name */
    const button = (name) => {
      const { length } = { Events: events, Attachments: attachments }[name] ?? [];
      return h(
        "button",
        {
          role: "tab",
          id: `tab-${name}`,
          data: { key: `tab ${name}` },
          "aria-selected": String(name === current()),
          "aria-controls": "panel",
          tabindex: name === current() ? "0" : "-1",
          onclick: () => show(name),
        },
        name,
        length > 0 && h("span.count", String(length)),
      );
    };
    return h(
      "div.tabs",
      { role: "tablist", "aria-label": "Parts of the message", onkeydown: moveTab },
      tabs().map(button),
    );
  }

  /** @param {KeyboardEvent} event */
  function moveTab(event) {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    const names = tabs();
    const next = names.at((names.indexOf(current()) + by) % names.length) ?? "";
    show(next);
    byId(`tab-${next}`).focus();
  }

  /** @param {keyof typeof view} name */
  function toggle(name) {
    if (!message?.html) return;
    view[name] = !view[name];
    show("HTML");
  }

  function draw() {
    const eml = { href: api.emlUrl(message.id), download: "" };
    root.replaceChildren(
      h(
        "header",
        h(
          "div.title",
          tool("back", { id: "back", title: "Back to the list (Esc)", onclick: actions.close }),
          h("h2", message.subject || "(no subject)"),
          h(
            "div.tools",
            tool("up", { title: "Newer message (k)", onclick: () => actions.step(-1) }),
            tool("down", { title: "Older message (j)", onclick: () => actions.step(1) }),
            tool("unread", { title: "Mark unread (u)", onclick: actions.markUnread }),
            h("a.tool.only-icon", { ...eml, title: "Download .eml" }, icon("download")),
            tool("trash", { title: "Delete (Delete)", onclick: actions.remove }),
          ),
        ),
        drawEnvelope(),
        (message.codes.length > 0 || message.links.length > 0) && drawExtracts(),
      ),
      h("div", { id: "content" }),
    );
    drawTabs();
    root.scrollTop = 0;
  }

  function drawEnvelope() {
    const { from, to, cc, bcc, at, via, events, tags, configurationSet } = message;
    const searchButton = (/** @type {string} */ query, /** @type {string} */ text, kind = "chip") =>
      h(`button.${kind}`, { title: `Search ${query}`, onclick: () => actions.search(query) }, text);
    const line = (/** @type {string} */ label, /** @type {string[]} */ addresses) =>
      addresses.length > 0 &&
      h(
        "div",
        h("dt", label),
        h(
          "dd",
          addresses.map((address) => searchButton(`to:${address}`, address, "address")),
        ),
      );
    const { template, ...others } = tags;
    const address = /<([^>]*)>$/.exec(from)?.[1];
    return h(
      "div.envelope",
      avatar(from),
      h(
        "div.who",
        h("p.from", h("strong", displayName(from)), address && h("span", address)),
        h("dl", line("To", to), line("Cc", cc), line("Bcc", bcc)),
      ),
      h(
        "div.when",
        h("time", { datetime: at, title: fullTime(at) }, longTime(at)),
        h("span", via === "smtp" ? "SMTP" : "SES API"),
        h("span", { id: "outcome" }, drawSign(events)),
      ),
      h(
        "div.tags",
        template && searchButton(`template:${template}`, template),
        Object.entries(others).map(([name, value]) =>
          searchButton(`tag:${name}=${value}`, `${name}=${value}`),
        ),
        configurationSet &&
          h("span.chip.plain", { title: "Configuration set" }, `set: ${configurationSet}`),
      ),
    );
  }

  function drawExtracts() {
    const links = message.links.map(drawLink);
    const more = links.slice(LINKS_SHOWN);
    return h(
      "div.extracts",
      message.codes.map((/** @type {string} */ code) =>
        h(
          "button.code",
          { title: "Copy the code (c)", onclick: () => copyCode(code) },
          h("span.hidden", "Copy code "),
          h("code", code),
          icon("copy"),
        ),
      ),
      h("ul", links.slice(0, LINKS_SHOWN)),
      more.length > 0 &&
        h("details", h("summary", plural(more.length, "more link")), h("ul", more)),
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
    toggle,
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

/** @param {{ url: string, label: string }} link */
function drawLink({ url, label }) {
  const { host, pathname, search } = new URL(url);
  const name = `Copy link ${label || url}`;
  return h(
    "li",
    h(
      "a",
      { href: url, target: "_blank", rel: "noopener noreferrer", title: url },
      icon("open"),
      h("span.label", label || host),
      h("span.url", `${host}${pathname}${search}`),
    ),
    tool("copy", { title: "Copy link", "aria-label": name, onclick: () => copy(url, "Link") }),
  );
}
