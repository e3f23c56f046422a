import { decode } from "./test-document.ts";

/** WCAG 2.2, 1.4.3, for text of any size. */
export const ENOUGH = 4.5;

/** The ratio of two colours like "#1b1f27" (WCAG 2.2, contrast ratio). */
export function contrast(a: string, b: string): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].toSorted((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(color: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

interface Element {
  tag: string;
  classes: string[];
  color: string;
  background: string;
  /** As the preheader is. */
  hidden: boolean;
}
type Rule = { path: string[]; style: string };

const VOID = /^(?:br|hr|img|meta|link)$/;

/** The texts of an email that cannot be read well, and alt texts, each with its two colours. */
export function faint(html: string, scheme: "light" | "dark"): string[] {
  const rules = scheme === "dark" ? darkRules(html) : [];
  const found = new Set<string>();
  const root = { tag: "", classes: [], color: "#000000", background: "#ffffff", hidden: false };
  const open: Element[] = [root];
  const check = (text: string, { color, background, hidden }: Element) => {
    if (hidden || text.trim() === "" || contrast(color, background) >= ENOUGH) return;
    found.add(`${decode(text)}: ${color} on ${background}`);
  };
  const body = html.slice(html.indexOf("<body")).replaceAll(/<!--[^]*?-->/g, "");
  for (const [, end, tag = "", attributes = "", text = ""] of body.matchAll(
    /<(\/?)(\w+)([^>]*)>|([^<]+)/g,
  )) {
    const parent = open.at(-1)!;
    if (text) check(text, parent);
    else if (end) open.pop();
    else {
      const attribute = (name: string) => RegExp(` ${name}="([^"]*)"`).exec(attributes)?.[1] ?? "";
      const classes = attribute("class").split(" ");
      const element = { ...parent, tag, classes };
      const path = [...open, element];
      const styles = rules.filter((rule) => matches(path, rule.path)).map(({ style }) => style);
      // The rules of the dark are all !important.
      for (const style of [attribute("style"), ...styles]) {
        element.color = colorOf(style, "color") ?? element.color;
        element.background = colorOf(style, "background-color") ?? element.background;
        element.hidden ||= /(?:^|;)display:none/.test(style);
      }
      if (tag === "img") check(attribute("alt"), element);
      if (!VOID.test(tag)) open.push(element);
    }
  }
  return [...found];
}

function colorOf(style: string, property: string): string | undefined {
  return RegExp(`(?:^|;)${property}:(#[\\da-f]{6})`, "i").exec(style)?.[1];
}

/** Of a stylesheet like ours: classes and tags, and `>` between them. */
function darkRules(html: string): Rule[] {
  const [, block = ""] = /\(prefers-color-scheme:\s?dark\)\{([^]*?\})\s*\}/.exec(html) ?? [];
  return [...decode(block).matchAll(/([^{}]+)\{([^}]*)\}/g)].flatMap(
    ([, selectors = "", style = ""]) =>
      selectors.split(",").map((selector) => ({ path: selector.trim().split(">"), style })),
  );
}

function matches(path: Element[], selector: string[]): boolean {
  return selector.every((part, index) => {
    const element = path[path.length - selector.length + index];
    return part.startsWith(".") ? element?.classes.includes(part.slice(1)) : element?.tag === part;
  });
}
