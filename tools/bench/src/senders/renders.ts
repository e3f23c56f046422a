// Both sides of `render`, each in a process of its own: React's streaming server, which React Email
// uses, slows down the promises of its process.
import { now } from "@repo/measure/clock";
import { serve } from "@repo/measure/program";
import { templates } from "@repo/templates/registry";
import { render, views } from "@repo/templates/render";
import { type Template, compose } from "@repo/templates/template";
import { render as reactEmail, toPlainText } from "react-email";

// Those that still exist.
const ACCOUNT = ["account-exists", "password-changed", "password-reset", "verify-email", "welcome"];

type Name = keyof typeof views;
const names = Object.keys(views) as Name[];
const account = names.filter((name) => ACCOUNT.includes(name));

/** The email as React Email's documents have it: an element with its props. */
function elementOf(name: Name) {
  const { cases } = views[name];
  const props = templates[name].props.parse(cases.usual);
  return () => compose(views[name] as Template<(typeof templates)[Name]>, props as never).document;
}
const elements = new Map(account.map((name) => [name, elementOf(name)]));

const sides = {
  ours: (name: Name) => render(name, views[name].cases.usual),
  /** https://react.email/docs/utilities/render */
  twoRenders: async (name: Name) => {
    const element = elements.get(name)?.();
    return [await reactEmail(element), await reactEmail(element, { plainText: true })];
  },
  toPlainText: async (name: Name) => {
    const html = await reactEmail(elements.get(name)?.());
    return [html, toPlainText(html)];
  },
};

/** The props of the usual case, with a hundred lines in each list that may be so long. */
function long(name: Name): never {
  const props: Record<string, unknown> = { ...views[name].cases.usual };
  for (const [list, value] of Object.entries(props)) {
    if (!Array.isArray(value) || value.length === 0) continue;
    const lines = Array.from({ length: 100 }, (_, i) => value[i % value.length] as unknown);
    if (templates[name].props.safeParse({ ...props, [list]: lines }).success) props[list] = lines;
  }
  return props as never;
}

const handlers = {
  /** Renders each account email so often. @returns messages a second */
  async run({ side, count }: { side: keyof typeof sides; count: number }) {
    const start = now();
    for (let i = 0; i < count; i++) {
      for (const name of account) await sides[side](name);
    }
    return ((count * account.length) / (now() - start)) * 1000;
  },
  /** Renders each email with long lists. @returns the slowest one's times, in ms of CPU */
  longest(count: number) {
    const timesOf = (name: Name) => {
      const props = long(name);
      return Array.from({ length: count }, () => {
        const start = process.cpuUsage();
        render(name, props);
        const { user, system } = process.cpuUsage(start);
        return (user + system) / 1000;
      });
    };
    const sum = (times: number[]) => times.reduce((total, time) => total + time, 0);
    return names.map(timesOf).toSorted((a, b) => sum(b) - sum(a))[0] ?? [];
  },
};
export type Renders = typeof handlers;
serve(handlers);
