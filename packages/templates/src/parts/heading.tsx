import { Heading as Tag } from "../components.ts";
import { theme } from "../theme.ts";
import { body } from "./text-styles.ts";

/** The heading of a section. In plain text: a paragraph. */
export function Heading({ children }: { children: string }) {
  return (
    <Tag
      as="h2"
      className="ink"
      style={{
        ...body,
        ...theme.type.heading,
        margin: `${theme.space.l}px 0 ${theme.space.s}px`,
        fontWeight: 700,
      }}
    >
      {children}
    </Tag>
  );
}
