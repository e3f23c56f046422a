import { Link } from "../components.ts";
import { useLanguage } from "../language.ts";
import { theme } from "../theme.ts";
import { Box } from "./box.tsx";
import { Button } from "./button.tsx";
import { small } from "./text-styles.ts";

/**
 * The main action: a button, and its address below it in case the button does not work. In plain
 * text: the label, and the address on the next line.
 */
export function Action({ href, children }: { href: string; children: string }) {
  const { space } = theme;
  const { texts } = useLanguage();
  return (
    <>
      <Box style={{ padding: `12px 0 ${space.l}px` }}>
        <Button href={href}>{children}</Button>
      </Box>
      <p className="muted" data-skip-in-text style={{ ...small, margin: `0 0 ${space.l}px` }}>
        {texts.buttonNotWorking}
        <br />
        <Link
          className="link"
          dir="ltr"
          href={href}
          // A long address breaks anywhere. The words before it do not.
          style={{ color: theme.colors.accent, wordBreak: "break-all" }}
        >
          {href}
        </Link>
      </p>
    </>
  );
}
