import { ENOUGH, contrast } from "@repo/brand/contrast";
import { decode } from "./test-document.ts";

interface Element {
  tag: string;
  classes: string[];
  color: string;
  background: string;
  /** Nobody sees it: the preheader. */
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
      // The rules of the dark scheme are all !important.
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

/** `inherit` and `transparent` leave what is around. */
function colorOf(style: string, property: string): string | undefined {
  return RegExp(`(?:^|;)${property}:(?!inherit|transparent)([^;!]+)`).exec(style)?.[1];
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
