/**
 * Whether brackets nest no deeper than `most` in a text of JSON. Asked before it is parsed: what
 * walks the result calls itself, and a stranger chooses the depth. A loop and no pattern, which
 * would try a string that does not end again from each of its quotes.
 */
export function isShallow(json: string, most: number): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < json.length; at++) {
    const char = json[at];
    if (inString) {
      if (char === "\\") at++;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === "{" || char === "[") {
      if (++depth > most) return false;
    } else if (char === "}" || char === "]") depth--;
  }
  return true;
}
