import { Link } from "../components.ts";
import { theme } from "../theme.ts";

/**
 * A link inside a text, for anything but the main action. In plain text: its label, then its
 * address. Let the label end the paragraph, or the address runs into the text that follows.
 */
export function TextLink({ href, children }: { href: string; children: string }) {
  return (
    <Link
      className="link"
      href={href}
      style={{ color: theme.colors.accent, textDecoration: "underline" }}
    >
      {children}
    </Link>
  );
}
