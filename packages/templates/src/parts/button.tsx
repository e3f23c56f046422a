import type { CSSProperties } from "react";
import { Link } from "../components.ts";
import { theme } from "../theme.ts";
import { Box } from "./box.tsx";
import { body } from "./text-styles.ts";

const { colors, radius } = theme;
const padding = "14px 26px";
const shape: CSSProperties = { backgroundColor: colors.accent, borderRadius: radius.box };

// Outlook on Windows ignores the padding of a link. There the cell has the padding and the colour,
// so the whole button is visible. Only Outlook knows the property.
const cell = { ...shape, msoPaddingAlt: padding };
const link = {
  ...body,
  ...shape,
  msoPaddingAlt: "0",
  display: "inline-block",
  margin: 0,
  padding,
  lineHeight: "20px",
  fontWeight: 600,
  color: colors.onAccent,
  textDecoration: "none",
};

/**
 * A link that looks like a button. For the main action use `Action`. In plain text: the label, and
 * the address on the next line.
 */
export function Button({ href, children }: { href: string; children: string }) {
  return (
    <Box fit className="button" style={cell}>
      <Link className="button" href={href} style={link}>
        {children}
      </Link>
    </Box>
  );
}
