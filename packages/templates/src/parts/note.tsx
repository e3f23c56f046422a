import type { ReactNode } from "react";
import { Text } from "../components.ts";
import { note } from "./text-styles.ts";

/** Small print for the end of an email. In plain text: a paragraph. */
export function Note({ children }: { children: ReactNode }) {
  return (
    <Text className="muted" style={note}>
      {children}
    </Text>
  );
}
