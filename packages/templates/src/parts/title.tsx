import { Heading } from "../components.ts";
import { theme } from "../theme.ts";
import { body } from "./text-styles.ts";

/** The first heading. Each email has exactly one. In plain text: a paragraph. */
export function Title({ children }: { children: string }) {
  return (
    <Heading
      as="h1"
      className="ink"
      style={{
        ...body,
        ...theme.type.title,
        margin: "0 0 20px",
        fontWeight: 700,
        letterSpacing: "-0.015em",
      }}
    >
      {children}
    </Heading>
  );
}
