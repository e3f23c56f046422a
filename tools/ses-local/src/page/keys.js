const NAMES = { ArrowDown: "↓", ArrowUp: "↑", Escape: "Esc", Delete: "Del" };

/**
 * Listens for single keys, except while somebody types, in dialogs, and with Ctrl, Alt or Meta.
 *
 * @param {[keys: string[], what: string, action: (key: string) => unknown][]} bindings
 * @returns {[names: string[], what: string][]} for the list of shortcuts
 */
export function bindKeys(bindings) {
  const actions = new Map(
    bindings.flatMap(([keys, , action]) => keys.map((key) => /** @type {const} */ ([key, action]))),
  );
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]"))
      return;
    const target = /** @type {HTMLElement} */ (event.target);
    const typing = target.closest("input, textarea, select");
    if (typing && event.key !== "Escape") return;
    // In a focused text or tab list, the arrows have their own use.
    if (event.key.startsWith("Arrow") && target.closest("pre, [role=tablist]")) return;
    const action = actions.get(event.key);
    if (!action) return;
    event.preventDefault();
    action(event.key);
  });
  return bindings.map(([keys, what]) => [
    keys.map((key) => /** @type {Record<string, string>} */ (NAMES)[key] ?? key),
    what,
  ]);
}
