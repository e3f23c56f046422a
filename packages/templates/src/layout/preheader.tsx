import type { CSSProperties } from "react";

const hidden: CSSProperties = {
  display: "none",
  overflow: "hidden",
  lineHeight: "1px",
  opacity: 0,
  maxHeight: 0,
  maxWidth: 0,
};

/** As many characters as an inbox shows after the subject. */
const SHOWN = 150;

// One space, and the characters of no width that stop clients from joining it to the next one.
// Written as codes: one character beyond Latin-1 doubles the memory of the whole email
// (docs/decisions/email-components.md).
const SPACE = "&#160;&#8204;&#8203;&#8205;&#65279;";

/**
 * What an inbox shows after the subject. Spaces follow it, or the inbox would go on with the first
 * words of the email. The email itself hides both.
 */
export function Preheader({ children }: { children: string }) {
  const spaces = SPACE.repeat(Math.max(0, SHOWN - children.length));
  return (
    <div style={hidden} data-skip-in-text>
      {children}
      <div dangerouslySetInnerHTML={{ __html: spaces }} />
    </div>
  );
}
