// Reads parts of an email's HTML for tests. Patterns are enough, because React writes the HTML.

export function attributes(html: string, name: "href" | "src"): string[] {
  const pattern = new RegExp(` ${name}="([^"]*)"`, "g");
  return [...html.matchAll(pattern)].map(([, value = ""]) => decode(value));
}

export function decode(text: string): string {
  const characters: Record<string, string> = { lt: "<", gt: ">", quot: '"', "#x27": "'", amp: "&" };
  return text.replaceAll(/&(lt|gt|quot|#x27|amp);/g, (_, name: string) => characters[name] ?? "");
}
