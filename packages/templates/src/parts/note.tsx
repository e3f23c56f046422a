import type { ReactNode } from "react";
import { note } from "./text-styles.ts";

/** Small print for the end of an email. In plain text: a paragraph. */
export function Note({ children }: { children: ReactNode }) {
  return (
    <p className="muted" style={note}>
      {children}
    </p>
  );
}
