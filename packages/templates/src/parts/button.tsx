import { Link } from "../components.ts";
import { theme } from "../theme.ts";
import { Box } from "./box.tsx";
import { body } from "./text-styles.ts";

const padding = "14px 26px";
// Outlook on Windows ignores the padding of a link. There the cell has the padding and the colour,
// so the whole button is visible. Only Outlook knows the property.
const outlookCell = { msoPaddingAlt: padding };
const outlookLink = { msoPaddingAlt: "0" };

/**
 * A link that looks like a button. For the main action use `Action`. In plain text: the label, and
 * the address on the next line.
 */
export function Button({ href, children }: { href: string; children: string }) {
  const { colors, radius } = theme;
  const look = { backgroundColor: colors.accent, borderRadius: radius.box };
  return (
    <Box fit className="button" style={{ ...look, ...outlookCell }}>
      <Link
        className="button"
        href={href}
        style={{
          ...body,
          ...look,
          ...outlookLink,
          display: "inline-block",
          margin: 0,
          padding,
          lineHeight: "20px",
          fontWeight: 600,
          color: colors.onAccent,
          textDecoration: "none",
        }}
      >
        {children}
      </Link>
    </Box>
  );
}
