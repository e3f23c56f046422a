// The script of all pages. Every page works without it.

keepToken();
for (const field of document.querySelectorAll("input[type=password]")) addReveal(field);
for (const place of document.querySelectorAll("[data-state-url]")) void watchState(place);

/**
 * Removes the token of an emailed link from the address bar, where it could be read, shared or kept
 * in the history. The state of this history entry keeps it for a reload: phones reload a page when
 * somebody comes back from their password manager.
 */
function keepToken() {
  const url = new URL(location.href);
  const token = url.searchParams.get("token");
  if (token) {
    url.searchParams.delete("token");
    history.replaceState({ token }, "", url);
  } else if (history.state?.token && !document.querySelector("input[name=token]")?.value) {
    url.searchParams.set("token", history.state.token);
    location.replace(url);
  }
}

/** Adds a button that shows the typed password. */
function addReveal(field) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "link reveal";
  button.setAttribute("aria-controls", field.id);
  const update = () => {
    button.textContent = field.type === "password" ? field.dataset.show : field.dataset.hide;
  };
  button.addEventListener("click", () => {
    field.type = field.type === "password" ? "text" : "password";
    update();
  });
  // Password managers recognize a password by the type of its input.
  field.form?.addEventListener("submit", () => (field.type = "password"));
  update();
  field.after(button);
}

/** Reloads the page when what it shows has changed. */
async function watchState(place) {
  const { stateUrl, state } = place.dataset;
  // In seconds. Most bounces arrive within a minute or two.
  for (const seconds of [5, 10, 20, 30, 60, 60, 120, 300]) {
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    try {
      const response = await fetch(stateUrl, { headers: { Accept: "application/json" } });
      const { status } = await response.json();
      if (status && status !== state) return location.assign(stateUrl);
    } catch {
      // Offline: the next turn tries again.
    }
  }
}
