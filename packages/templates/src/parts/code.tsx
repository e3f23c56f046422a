import { theme } from "../theme.ts";
import { Box } from "./box.tsx";
import { body } from "./text-styles.ts";

/** A one-time code. In plain text: a paragraph. */
export function Code({ children }: { children: string }) {
  const { colors, mono, radius, space, type } = theme;
  return (
    <Box style={{ padding: `${space.s}px 0 ${space.l}px` }}>
      <Box
        className="panel line"
        style={{
          padding: `${space.m}px ${space.s}px`,
          backgroundColor: colors.canvas,
          border: `1px solid ${colors.line}`,
          borderRadius: radius.box,
        }}
      >
        <p
          className="ink"
          dir="ltr"
          style={{
            ...body,
            ...type.code,
            margin: 0,
            fontFamily: mono,
            fontWeight: 700,
            letterSpacing: "0.2em",
            // The same space as after the last character, so that the code is centred.
            textIndent: "0.2em",
            textAlign: "center",
          }}
        >
          {children}
        </p>
      </Box>
    </Box>
  );
}
