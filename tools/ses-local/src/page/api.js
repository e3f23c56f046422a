/**
 * @param {string} path @param {string} [method] @param {unknown} [body] sent as JSON
 * @throws Error with the server's message
 */
async function request(path, method = "GET", body) {
  const response = await fetch(path, {
    method,
    ...(body !== undefined && {
      body: JSON.stringify(body),
      headers: { "content-type": "application/json" },
    }),
  });
  if (response.ok) return response;
  const { message } = await response.json().catch(() => ({}));
  throw new Error(message ?? `${method} ${path}: ${response.status}`);
}

/** @param {string} path */
const json = async (path) => (await request(path)).json();

/** @param {string} id */
const message = (id) => `/inbox/messages/${encodeURIComponent(id)}`;

export const api = {
  info: () => json("/inbox/info"),
  /** @param {string} id */
  get: (id) => json(message(id)),
  /** @param {string} id */
  source: async (id) => (await request(`${message(id)}/source`)).text(),
  /** @param {string} id */
  checks: (id) => json(`${message(id)}/checks`),
  /** @param {string} id @param {boolean} read */
  setRead: (id, read) => request(`${message(id)}/read`, read ? "PUT" : "DELETE"),
  readAll: () => request("/inbox/read", "PUT"),
  /** @param {string} id */
  remove: (id) => request(message(id), "DELETE"),
  clear: () => request("/inbox/messages", "DELETE"),
  /** @param {string} id @param {{ dark: boolean, images: boolean }} view */
  htmlUrl: (id, { dark, images }) =>
    `${message(id)}/html?scheme=${dark ? "dark" : "light"}&images=${images ? "on" : "off"}`,
  /** @param {string} id */
  emlUrl: (id) => `${message(id)}/source?download`,
  /** @param {string} id @param {number} index */
  attachmentUrl: (id, index) => `${message(id)}/attachments/${index}`,
  /** Publishes an event about a message. @param {string} id @param {string} type */
  makeEvent: (id, type) => request(`${message(id)}/events`, "POST", { type }),
  /** @param {string} eventId */
  replay: (eventId) => request(`/events/${encodeURIComponent(eventId)}/replay`, "POST"),
  subscriptions: () => json("/subscriptions"),
  control: () => json("/control"),
  /** @param {object} behaviour */
  setControl: async (behaviour) => (await request("/control", "PUT", behaviour)).json(),
  resetControl: () => request("/control", "DELETE"),
};

/**
 * Follows the inbox. After a lost connection the browser connects again by itself, and first gets
 * the whole list.
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
