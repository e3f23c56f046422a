import { Component, type ReactNode, Suspense, createContext, lazy, memo, use } from "react";
// oxlint-disable-next-line no-restricted-imports -- no email of ours may use it
import { Tailwind } from "@react-email/components";
import { expect, it } from "vitest";
import { Head, Html } from "./components.ts";
import { toHtml } from "./html.tsx";

const Ready = () => <p>Ready</p>;
const Async = async () => <p>Late</p>;
const never = new Promise<string>(() => {});
const Using = () => <p>{use(never)}</p>;
const Lazy = lazy(async () => ({ default: Ready }));
const Failing = (): never => {
  throw new Error("no order");
};
const InMemo = memo(Async);
class InClass extends Component<{ children: ReactNode }> {
  override render() {
    return this.props.children;
  }
}
class OwnClass extends Component {
  override render() {
    return <Async />;
  }
}
const Context = createContext("");
const Nested = () => (
  <body>
    <Ready />
    <Async />
  </body>
);

it.each<[name: string, what: string, Waiting: () => ReactNode]>([
  ["<Async>", "an async component", () => <Async />],
  ["<Using>", "a component that uses a promise", () => <Using />],
  ["A lazy component", "a lazy component", () => <Lazy />],
  ["<Async>", "a component deep in another", () => <Nested />],
  ["<Async>", "a component in memo", () => <InMemo />],
  [
    "<Async>",
    "a component in a class",
    () => (
      <InClass>
        <Async />
      </InClass>
    ),
  ],
  ["<OwnClass>", "a class that renders an async component", () => <OwnClass />],
  [
    "A component",
    "a component below a context",
    () => <Context.Consumer>{() => <Async />}</Context.Consumer>,
  ],
  ["A promise", "a promise among others", () => [<Ready key={0} />, Async()]],
  ["<Tailwind>", "React Email's Tailwind", () => <Tailwind>Styled</Tailwind>],
])("should throw an error that names %s, and never show a fallback: %s", (name, _, show) => {
  const waiting = show();
  const plain = <Html>{waiting}</Html>;
  const withFallback = (
    <Html>
      <Ready />
      <Suspense fallback="One moment">{waiting}</Suspense>
    </Html>
  );
  for (const document of [plain, withFallback]) {
    expect(() => toHtml(document)).toThrow(
      expect.objectContaining({
        code: "NOT_IN_ONE_PASS",
        message: expect.stringMatching(new RegExp(`^${name} waits .* pass it as a prop`)),
      }),
    );
  }
});

it("should throw what a component throws, also behind a fallback", () => {
  const plain = <Failing />;
  const withFallback = <Suspense fallback="One moment">{plain}</Suspense>;
  for (const document of [plain, withFallback]) {
    expect(() => toHtml(<Html>{document}</Html>)).toThrow(/^no order$/);
  }
});

it("should contain nothing that only browsers need", () => {
  const html = toHtml(
    <Html>
      <Head />
      <Suspense fallback="One moment">
        Order {12}
        <img src="https://example.com/logo.png" alt="" />
      </Suspense>
    </Html>,
  );
  expect(html).toMatch(/^<!DOCTYPE html><html /);
  expect(html).toContain('Order 12<img src="https://example.com/logo.png" alt=""/></html>');
  expect(html).not.toMatch(/<!--[ /$]|preload|One moment/);
});
