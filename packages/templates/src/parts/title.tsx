import type { CSSProperties } from "react";
import { theme } from "../theme.ts";
import { body } from "./text-styles.ts";

const title: CSSProperties = {
  ...body,
  ...theme.type.title,
  margin: "0 0 20px",
  fontWeight: 700,
  letterSpacing: "-0.015em",
};

/** The first heading. Each email has exactly one. In plain text: a paragraph. */
export function Title({ children }: { children: string }) {
  return (
    <h1 className="ink" style={title}>
      {children}
    </h1>
  );
}
