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
      {/* Without false and null, which are no items: `isNew && "New"`. */}
      {Children.toArray(items).map((item, index) => (
        <li key={index} className="ink" style={{ ...body, margin: `0 0 ${space.xs}px` }}>
          {item}
        </li>
      ))}
    </ul>
  );
}
