/**
 * Whether the brackets in a JSON text nest at most `max` deep. Check it before parsing: code that
 * walks the result is recursive, and a stranger chooses the depth. It is a loop, because a regular
 * expression would take quadratic time on a string that does not end.
 */
export function isShallow(json: string, max: number): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < json.length; at++) {
    const char = json[at];
    if (inString) {
      if (char === "\\") at++;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === "{" || char === "[") {
      if (++depth > max) return false;
    } else if (char === "}" || char === "]") depth--;
  }
  return true;
}
