import { Children, type CSSProperties, type ReactNode, isValidElement } from "react";

/** Characters. A shorter word has its place in a table on a phone. */
const LONG = 16;

/** A table begins with this, and a cell with a long word has `breakLongWord`. */
export const keepWords: CSSProperties = { wordBreak: "normal" };

/**
 * A word may break only in a cell that has a long one. If every cell could break its words, a
 * browser would shrink the short ones to a letter in each line.
 */
export function breakLongWord(content: ReactNode): CSSProperties {
  const hasLongWord = textOf(content)
    .split(/\s/)
    .some((word) => word.length > LONG);
  return hasLongWord ? { wordBreak: "break-word" } : {};
}

function textOf(node: ReactNode): string {
  return Children.toArray(node)
    .map((child) => {
      if (typeof child === "string") return child;
      return isValidElement<{ children?: ReactNode }>(child) ? textOf(child.props.children) : "";
    })
    .join("");
}
