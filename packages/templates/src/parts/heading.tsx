import type { CSSProperties } from "react";
import { theme } from "../theme.ts";
import { body } from "./text-styles.ts";

const heading: CSSProperties = {
  ...body,
  ...theme.type.heading,
  margin: `${theme.space.l}px 0 ${theme.space.s}px`,
  fontWeight: 700,
};

/** The heading of a section. In plain text: a paragraph. */
export function Heading({ children }: { children: string }) {
  return (
    <h2 className="ink" style={heading}>
      {children}
    </h2>
  );
}
