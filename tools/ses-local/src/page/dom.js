/**
 * Makes an element: `h("p.note", { title: "A title" }, "A text")`. The classes follow the tag's
 * name. The properties may be left out. Those that begin with "on" are listeners, and `data` is the
 * dataset. Values and children that are false, null or undefined are left out. Strings are never
 * parsed as HTML.
 *
 * @param {string} selector @param {...any} parts the properties, and the children
 */
export function h(selector, ...parts) {
  const [tag = "", ...classes] = selector.split(".");
  const element = document.createElement(tag);
  element.classList.add(...classes);
  const properties = parts[0]?.constructor === Object ? parts.shift() : {};
  for (const [name, value] of Object.entries(properties)) {
    if (value === false || value == null) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "data") Object.assign(element.dataset, value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...parts.flat().filter((child) => child != null && child !== false));
  return element;
}

/**
 * A button with an icon, and with a text or only a title.
 *
 * @param {keyof typeof ICONS} symbol @param {Record<string, any>} properties @param {string} [text]
 */
export function tool(symbol, properties, text) {
  const name = !text && { "aria-label": properties["title"] };
  return h(
    `button.tool${text ? "" : ".only-icon"}`,
    { ...name, ...properties },
    icon(symbol),
    text && h("span.label", text),
  );
}

/** @param {string} id */
export function byId(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/**
 * Redraws the contents of `root`. The element with the same `data-key` gets the focus back.
 *
 * @param {HTMLElement} root @param {() => void} draw
 */
export function keepFocus(root, draw) {
  const focused = document.activeElement;
  const key = root.contains(focused) && focused?.closest("[data-key]")?.getAttribute("data-key");
  draw();
  const again = key && root.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (again instanceof HTMLElement) again.focus({ preventScroll: true });
}

const ICONS = {
  back: "M15 5l-7 7 7 7",
  bolt: "M13 3L5 14h6l-1 7 8-11h-6z",
  check: "M3 12.5l4.5 4.5L16 8.5M12.5 16.5l.5.5L21.5 8.5",
  chevron: "M9 6l6 6-6 6",
  clip: "M20 11.5l-8 8a5 5 0 0 1-7-7l8.5-8.5a3.4 3.4 0 0 1 4.8 4.8L9.8 17.3a1.7 1.7 0 0 1-2.4-2.4L15 7.3",
  copy: "M9 9h10v11H9zM15 9V4H5v11h4",
  cross: "M6 6l12 12M18 6L6 18",
  down: "M6 9.5l6 6 6-6",
  download: "M12 4v11M7.5 11l4.5 4.5 4.5-4.5M5 20h14",
  group: "M4 6h7M4 12h7M4 18h7M15 6h5M15 12h5M15 18h5",
  image: "M4 5h16v14H4zM4 16l5-5 4 4 2.5-2.5L20 17M15.5 9.5h.01",
  key: "M14.5 9.5a4 4 0 1 1-8 0 4 4 0 0 1 8 0ZM13.5 12.5L20 19M17 16l2-2",
  keyboard: "M3 7h18v10H3zM7 10.5h.01M11 10.5h.01M15 10.5h.01M18 10.5h.01M8 14h8",
  look: "M12 6v7M12 17.5h.01",
  moon: "M20 14.5A8 8 0 0 1 9.5 4 8 8 0 1 0 20 14.5Z",
  open: "M14 4h6v6M20 4l-9 9M18 14v6H4V6h6",
  phone: "M7 3h10v18H7zM11 18h2",
  replay: "M4 12a8 8 0 1 0 2.5-5.8L4 8.5M4 4v4.5h4.5",
  tick: "M4.5 12.5l5 5L19.5 7",
  trash: "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5",
  unread: "M3 6h13M3 6v13h18V11M3 7l9 6 5-3M20 6h.01",
  up: "M6 14.5l6-6 6 6",
};

/** @param {keyof typeof ICONS} name */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

let hideToast = 0;

/** @param {string} text */
export function toast(text) {
  const element = byId("toast");
  element.textContent = text;
  element.hidden = false;
  clearTimeout(hideToast);
  hideToast = window.setTimeout(() => (element.hidden = true), 2000);
}

/** @param {string} text @param {string} what */
export async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
    toast(`${what} copied`);
  } catch {
    toast("The browser did not allow copying");
  }
}
