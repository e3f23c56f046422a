import type { ReactNode } from "react";
import { body } from "./text-styles.ts";

/** The text of an email. In plain text: a paragraph. */
export function Paragraph({ children }: { children: ReactNode }) {
  return (
    <p className="ink" style={body}>
      {children}
    </p>
  );
}
