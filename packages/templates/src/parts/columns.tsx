import { Children, type ReactNode } from "react";
import { padding, useLanguage } from "../language.ts";
import { theme } from "../theme.ts";

/**
 * Each child is a column of equal width. On a phone they are below each other, as they are in plain
 * text.
 */
export function Columns({ children }: { children: ReactNode }) {
  const columns = Children.toArray(children);
  const language = useLanguage();
  return (
    <table role="presentation" width="100%" border={0} cellPadding={0} cellSpacing={0}>
      <tbody>
        <tr>
          {columns.map((column, index) => (
            <td
              key={index}
              className="column"
              width={`${Math.floor(100 / columns.length)}%`}
              style={{
                verticalAlign: "top",
                padding: padding(language, 0, index < columns.length - 1 ? theme.space.l : 0, 0, 0),
              }}
            >
              {column}
            </td>
          ))}
        </tr>
      </tbody>
    </table>
  );
}
