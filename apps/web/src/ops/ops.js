// The script of the pages of operators. They work without it.

// In ms.
const INTERVAL = 10_000;
const place = document.querySelector("[data-live]");
if (place) setInterval(() => void renew(), INTERVAL);

/** Replaces what the page shows with what the server says now. */
async function renew() {
  // It would disturb a person who uses the keyboard or a screen reader there, or copies a text.
  const isBusy = place.contains(document.activeElement) || !getSelection().isCollapsed;
  if (document.hidden || isBusy) return;
  try {
    const response = await fetch(location.href, {
      headers: { Accept: "text/html" },
      redirect: "error",
    });
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const renewed = page.querySelector("[data-live]");
    const open = [...place.querySelectorAll("details")].map((details) => details.open);
    place.replaceChildren(...renewed.childNodes);
    place.querySelectorAll("details").forEach((details, i) => (details.open = open[i] ?? false));
  } catch {
    const note = place.querySelector("[data-live-note]");
    note.textContent = "The server does not answer: this may be out of date.";
  }
}
