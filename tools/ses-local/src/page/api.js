/** @param {string} path @param {string} [method] */
async function request(path, method = "GET") {
  const response = await fetch(`/inbox/${path}`, { method });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status}`);
  return response;
}

/** @param {string} path */
const json = async (path) => (await request(path)).json();

/** @param {string} id */
const message = (id) => `messages/${encodeURIComponent(id)}`;

export const api = {
  info: () => json("info"),
  /** @param {string} id */
  get: (id) => json(message(id)),
  /** @param {string} id */
  source: async (id) => (await request(`${message(id)}/source`)).text(),
  /** @param {string} id @param {boolean} read */
  setRead: (id, read) => request(`${message(id)}/read`, read ? "PUT" : "DELETE"),
  readAll: () => request("read", "PUT"),
  /** @param {string} id */
  remove: (id) => request(message(id), "DELETE"),
  clear: () => request("messages", "DELETE"),
  /** @param {string} id @param {{ dark: boolean, images: boolean }} view */
  htmlUrl: (id, { dark, images }) =>
    `/inbox/${message(id)}/html?scheme=${dark ? "dark" : "light"}&images=${images ? "on" : "off"}`,
  /** @param {string} id */
  emlUrl: (id) => `/inbox/${message(id)}/source?download`,
  /** @param {string} id @param {number} index */
  attachmentUrl: (id, index) => `/inbox/${message(id)}/attachments/${index}`,
};

/**
 * Follows the inbox. After a lost connection the browser comes back by itself, and the whole
 * list comes first again.
 *
 * @param {Record<"list" | "added" | "changed" | "removed", (data: any) => void>} handlers
 * @param {(live: boolean) => void} onLive
 */
export function follow(handlers, onLive) {
  const events = new EventSource("/inbox/events");
  for (const [name, handler] of Object.entries(handlers)) {
    events.addEventListener(name, (event) => handler(JSON.parse(event.data)));
  }
  events.addEventListener("open", () => onLive(true));
  events.addEventListener("error", () => onLive(false));
}
