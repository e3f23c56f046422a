import type { ReactNode } from "react";
import { Text } from "../components.ts";
import { body } from "./text-styles.ts";

/** The text of an email. In plain text: a paragraph. */
export function Paragraph({ children }: { children: ReactNode }) {
  return (
    <Text className="ink" style={body}>
      {children}
    </Text>
  );
}
