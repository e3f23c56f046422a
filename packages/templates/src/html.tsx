import { AppError } from "@repo/errors";
import { type ReactElement, type ReactNode, isValidElement } from "react";
import { renderToString } from "react-dom/server";

/** What React writes for a browser: between texts, around <Suspense>, and a link for each picture. */
const FOR_BROWSERS = /<!--(?: |\/?[$&])-->|<link rel="preload"[^>]*>/g;
/** Where React shows the fallback of a <Suspense>, because a component in it waits or has failed. */
const FALLBACK = /<!--\$[!?]-->/;
/** A part of React's message. The error has no code. */
const WAITS = "suspended while responding to synchronous input";

/**
 * Renders a document in one pass. An email cannot contain components that wait for something.
 * https://react.dev/reference/react-dom/server/renderToString#when-a-component-suspends-the-html-always-contains-a-fallback
 *
 * @throws AppError `NOT_IN_ONE_PASS`: a component waits, for example because it is async or lazy
 */
export function toHtml(document: ReactElement): string {
  const html = tryRender(document);
  if (html === undefined) {
    throw new AppError(
      "NOT_IN_ONE_PASS",
      `${findWaiting(document) ?? "A component"} waits for something, but an email is rendered in one pass. Load what it needs before the email is queued, and pass it as a prop.`,
    );
  }
  return `<!DOCTYPE html>${html.replaceAll(FOR_BROWSERS, "")}`;
}

/** @returns undefined if a component in it waits, or has failed inside of <Suspense> */
function tryRender(node: ReactNode): string | undefined {
  try {
    const html = renderToString(node);
    return FALLBACK.test(html) ? undefined : html;
  } catch (error) {
    if (error instanceof Error && error.message.includes(WAITS)) return undefined;
    throw error;
  }
}

/** The name of a component in the node that waits, if any does. Throws what a component throws. */
function findWaiting(node: ReactNode): string | undefined {
  if (node instanceof Promise) return "A promise";
  if (Array.isArray(node)) return node.map(findWaiting).find(Boolean);
  if (!isValidElement<{ children?: ReactNode }>(node) || tryRender(node) !== undefined) return;
  const { props } = node;
  const component = functionOf(node.type);
  if (!component) return findWaiting(props.children) ?? describe(node.type);

  const name = `<${component.name || "Anonymous"}>`;
  let output: ReactNode;
  // Called inside a render, so that its hooks work.
  const Probe = () => {
    output = component(props);
    return null;
  };
  const waits = tryRender(<Probe />) === undefined || output instanceof Promise;
  return waits ? name : (findWaiting(output) ?? name);
}

/** The function of a component, also of one in `memo` or `forwardRef`; a class has none. */
function functionOf(type: unknown): ((props: object) => ReactNode) | undefined {
  if (typeof type === "function") {
    return type.prototype?.isReactComponent ? undefined : (type as (props: object) => ReactNode);
  }
  const { type: inMemo, render } = (type ?? {}) as { type?: unknown; render?: unknown };
  return inMemo || render ? functionOf(inMemo ?? render) : undefined;
}

/**
 * The name in an error for a component that is not a function: a class, a lazy component, a
 * consumer.
 */
function describe(type: unknown): string {
  if (typeof type === "function") return `<${type.name || "Anonymous"}>`;
  const { $$typeof } = type as { $$typeof?: symbol };
  return $$typeof === Symbol.for("react.lazy") ? "A lazy component" : "A component";
}
