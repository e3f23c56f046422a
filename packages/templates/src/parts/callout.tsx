import type { ReactNode } from "react";
import { borderStart, useLanguage } from "../language.ts";
import { theme } from "../theme.ts";
import { Box } from "./box.tsx";
import { body } from "./text-styles.ts";

/** A text that must not be overlooked. In plain text: a paragraph. */
export function Callout({ children }: { children: ReactNode }) {
  const { colors, space } = theme;
  const border = borderStart(useLanguage(), `4px solid ${colors.accent}`);
  return (
    <Box style={{ padding: `${space.xs}px 0 ${space.l}px` }}>
      <Box
        className="panel accent-line"
        style={{
          padding: `${space.m}px 20px`,
          backgroundColor: colors.canvas,
          ...border,
        }}
      >
        <p className="ink" style={{ ...body, margin: 0 }}>
          {children}
        </p>
      </Box>
    </Box>
  );
}
