import type { CSSProperties } from "react";

const hidden: CSSProperties = {
  display: "none",
  overflow: "hidden",
  lineHeight: "1px",
  opacity: 0,
  maxHeight: 0,
  maxWidth: 0,
};

/** Gmail shows the most characters after the subject (https://github.com/resend/react-email/issues/2268). */
const SHOWN = 200;

// A no-break space, and a character of no width so that no client joins two of them
// (https://www.litmus.com/blog/the-little-known-preview-text-hack-you-may-want-to-use-in-every-email).
// The second is a code, because one character beyond Latin-1 doubles the memory of the whole email
// (docs/decisions/email-components.md).
const SPACE = "\u00a0&#8204;";

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
