import type { CSSProperties } from "react";
import { theme } from "../theme.ts";

// Each text carries its own font, size and colour: Outlook does not let a table inherit them.

export const body: CSSProperties = {
  margin: `0 0 ${theme.space.m}px`,
  fontFamily: theme.font,
  ...theme.type.body,
  color: theme.colors.ink,
};

export const note: CSSProperties = {
  ...body,
  margin: 0,
  ...theme.type.note,
  color: theme.colors.muted,
};

export const small: CSSProperties = {
  ...body,
  margin: `0 0 ${theme.space.xs}px`,
  ...theme.type.small,
  color: theme.colors.muted,
};
