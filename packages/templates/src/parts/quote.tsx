import { borderStart, padding, useLanguage } from "../language.ts";
import { theme } from "../theme.ts";
import { Box } from "./box.tsx";
import { body, small } from "./text-styles.ts";

/** The words of a person. In plain text: each line begins with `>`. */
export function Quote({ by, children }: { by?: string; children: string }) {
  const { colors, space } = theme;
  const language = useLanguage();
  return (
    <blockquote style={{ margin: `0 0 ${space.l}px` }}>
      <Box
        className="line"
        style={{
          padding: padding(language, 0, 0, 0, space.m),
          ...borderStart(language, `3px solid ${colors.line}`),
        }}
      >
        <p className="ink" style={{ ...body, margin: 0 }}>
          {children}
        </p>
        {by && (
          <p className="muted" style={{ ...small, margin: `${space.xs}px 0 0` }}>
            {by}
          </p>
        )}
      </Box>
    </blockquote>
  );
}
