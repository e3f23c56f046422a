import { api, follow } from "./api.js";
import { byId, h, icon, toast } from "./dom.js";
import { openFaults, startFaults } from "./faults.js";
import { bindKeys } from "./keys.js";
import { drawFilters, drawList, setKnown } from "./list.js";
import { createReader } from "./reader.js";
import { countTemplates, groupByRecipient, matcher } from "./search.js";
import { drawPlaceholder, drawWelcome } from "./welcome.js";

/** @typedef {import("./search.js").Summary} Summary */

const search = /** @type {HTMLInputElement} */ (byId("query"));
/** List and message do not fit beside each other. */
const narrow = matchMedia("(max-width: 760px)");

/** Newest first. @type {Summary[]} */
let messages = [];
/** Set with the first list. */
let loaded = false;
/** Id of the message in the reader. @type {string | undefined} */
let open;
let grouped = localStorage.getItem("grouped") === "true";
let info = { smtpPort: 1025, verified: /** @type {string[]} */ ([]) };

const reader = createReader({
  close: () => show(undefined),
  step,
  remove: removeOpen,
  markUnread,
  search(query) {
    setQuery(query);
    if (narrow.matches) show(undefined);
  },
});

/* ---- The list ---- */

function matching() {
  return messages.filter(matcher(search.value));
}

/** The list as the screen shows it. */
function visible() {
  const found = matching();
  return grouped ? [...new Set([...groupByRecipient(found).values()].flat())] : found;
}

let drawing = false;

/** Draws at most once in each frame. */
function draw() {
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(() => {
    drawing = false;
    if (!loaded) return;
    const unread = messages.filter(({ read }) => !read).length;
    document.title = unread > 0 ? `(${unread}) Inbox` : "Inbox";
    const badge = byId("unread");
    badge.hidden = unread === 0;
    badge.textContent = String(unread);
    badge.setAttribute("aria-label", `${unread} unread`);
    document
      .querySelector("link[rel=icon]")
      ?.setAttribute("href", unread > 0 ? "icon-unread.svg" : "icon.svg");
    document.body.classList.toggle("empty", messages.length === 0);
    drawFilters(countTemplates(messages), {
      total: messages.length,
      active: /^template:(\S+)$/.exec(search.value.trim())?.[1],
      choose: (template) => setQuery(template ? `template:${template}` : ""),
    });
    const empty = messages.length === 0 ? drawWelcome(info) : undefined;
    drawList(matching(), { grouped, open, empty });
    if (!open) reader.close(() => drawPlaceholder(unread));
  });
}

/** @param {string} query */
function setQuery(query) {
  search.value = query;
  // In the address, so that a search survives a reload and has a link.
  const url = new URL(location.href);
  if (query) url.searchParams.set("q", query);
  else url.searchParams.delete("q");
  history.replaceState(history.state, "", url);
  draw();
}

/* ---- The open message: `#id` in the address, so that Back and links work ---- */

/** @param {string | undefined} id */
function show(id) {
  // The history has one entry for all messages, so that Back leads to the list.
  if (id && open) location.replace(`#${id}`);
  else if (id) location.hash = id;
  else if (open) {
    history.pushState(null, "", location.pathname + location.search);
    route();
  }
}

async function route() {
  const id = location.hash.slice(1);
  document.body.classList.toggle("reading", id !== "");
  if (id === (open ?? "")) return;
  open = id || undefined;
  draw();
  if (!open) return;
  try {
    const message = await api.get(open);
    // Another one was opened meanwhile.
    if (open !== message.id) return;
    reader.open(message);
    document
      .querySelector(`[data-key="${CSS.escape(message.id)}"]`)
      ?.scrollIntoView({ block: "nearest" });
    if (narrow.matches) byId("reader").focus({ preventScroll: true });
    if (!message.read) await api.setRead(message.id, true);
  } catch {
    toast("That message is gone");
    show(undefined);
  }
}

/** @param {number} by */
function step(by) {
  const list = visible();
  const at = list.findIndex(({ id }) => id === open);
  const next = at < 0 ? list[0] : list[at + by];
  if (next) show(next.id);
}

async function markUnread() {
  if (!open) return;
  await api.setRead(open, false);
  toast("Marked unread");
}

async function removeOpen() {
  if (!open) return;
  const list = visible();
  const at = list.findIndex(({ id }) => id === open);
  const next = list[at + 1] ?? list[at - 1];
  await api.remove(open);
  toast("Deleted");
  show(narrow.matches ? undefined : next?.id);
}

/* ---- What the server says ---- */

follow(
  {
    list(list) {
      messages = list;
      loaded = true;
      setKnown(list);
      if (open && !messages.some(({ id }) => id === open)) show(undefined);
      draw();
    },
    added(message) {
      messages.unshift(message);
      byId("announcer").textContent = `New message to ${message.to.join(", ")}: ${message.subject}`;
      draw();
    },
    async changed(message) {
      messages = messages.map((old) => (old.id === message.id ? message : old));
      draw();
      if (open !== message.id) return;
      const again = await api.get(message.id);
      if (open === message.id) reader.update(again);
    },
    removed(ids) {
      const gone = new Set(ids);
      messages = messages.filter(({ id }) => !gone.has(id));
      if (open && gone.has(open)) show(undefined);
      draw();
    },
  },
  (live) => {
    const element = byId("live");
    element.textContent = live ? "Live" : "Reconnecting";
    element.className = `sign ${live ? "good" : "slow"}`;
  },
);

/* ---- The bar ---- */

for (const element of document.querySelectorAll("[data-icon]")) {
  element.replaceWith(icon(/** @type {any} */ (element).dataset.icon));
}

startFaults();

search.value = new URL(location.href).searchParams.get("q") ?? "";
search.addEventListener("input", () => setQuery(search.value));

function setGrouped(/** @type {boolean} */ on) {
  grouped = on;
  localStorage.setItem("grouped", String(on));
  byId("group").setAttribute("aria-pressed", String(on));
  draw();
}
setGrouped(grouped);
byId("group").addEventListener("click", () => setGrouped(!grouped));

byId("read-all").addEventListener("click", () => api.readAll());

const clearDialog = /** @type {HTMLDialogElement} */ (byId("clear-dialog"));
byId("clear").addEventListener("click", () => clearDialog.showModal());
clearDialog.addEventListener("close", () => {
  if (clearDialog.returnValue === "clear") api.clear();
  clearDialog.returnValue = "";
});

const helpDialog = /** @type {HTMLDialogElement} */ (byId("help-dialog"));
byId("help").addEventListener("click", () => helpDialog.showModal());

byId("keys").append(
  ...bindKeys([
    [["j", "ArrowDown"], "Older message", () => step(1)],
    [["k", "ArrowUp"], "Newer message", () => step(-1)],
    [["/"], "Search", () => search.select()],
    [["Escape"], "Close the message, or clear the search", escape],
    [["o"], "Open the first link", () => reader.openLink()],
    [["c"], "Copy the code, or the first link", () => reader.copyFirst()],
    [["u"], "Mark unread", markUnread],
    [["Delete", "#"], "Delete", removeOpen],
    [["p"], "Phone width", () => reader.toggle("phone")],
    [["d"], "Dark", () => reader.toggle("dark")],
    [["i"], "Images", () => reader.toggle("images")],
    [["e"], "Events", reader.showEvents],
    [["1", "2", "3", "4", "5", "6", "7"], "Tabs", (key) => reader.showTab(Number(key) - 1)],
    [["f"], "Faults", openFaults],
    [["g"], "Group by recipient", () => setGrouped(!grouped)],
    [["?"], "This list", () => helpDialog.showModal()],
  ]).map(([names, what]) =>
    h(
      "div",
      h(
        "dt",
        names.map((name) => h("kbd", name)),
      ),
      h("dd", what),
    ),
  ),
);

function escape() {
  if (document.activeElement === search) {
    if (search.value) setQuery("");
    else search.blur();
  } else if (open) show(undefined);
  else if (search.value) setQuery("");
}

// After a click on a link of the email, its frame has the focus, and no shortcut would work.
document.addEventListener("visibilitychange", () => {
  if (document.activeElement instanceof HTMLIFrameElement) document.activeElement.blur();
});

window.addEventListener("hashchange", route);
window.addEventListener("popstate", route);
setInterval(draw, 30_000);

info = await api.info();
draw();
route();
