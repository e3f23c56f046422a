import { Hr } from "../components.ts";
import { theme } from "../theme.ts";

/** A line between two topics. In plain text: a line of hyphens. */
export function Divider() {
  const { colors, space } = theme;
  return (
    <Hr
      className="line"
      style={{ margin: `${space.l}px 0`, borderTop: `1px solid ${colors.line}` }}
    />
  );
}
