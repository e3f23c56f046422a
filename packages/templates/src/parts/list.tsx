import { Children, type ReactNode } from "react";
import { padding, useLanguage } from "../language.ts";
import { theme } from "../theme.ts";
import { body } from "./text-styles.ts";

/** In plain text: a line for each item, with an asterisk before it. */
export function List({ items }: { items: ReactNode[] }) {
  const { space } = theme;
  const language = useLanguage();
  return (
    <ul style={{ margin: `0 0 ${space.m}px`, padding: padding(language, 0, 0, 0, space.l) }}>
      {Children.map(items, (item) => (
        <li className="ink" style={{ ...body, margin: `0 0 ${space.xs}px` }}>
          {item}
        </li>
      ))}
    </ul>
  );
}
