import { Children, type ReactNode } from "react";
import { theme } from "../theme.ts";

/**
 * Each child is a column of equal width. On a phone they are below each other, as they are in plain
 * text.
 */
export function Columns({ children }: { children: ReactNode }) {
  const columns = Children.toArray(children);
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
                paddingRight: index < columns.length - 1 ? theme.space.l : 0,
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
