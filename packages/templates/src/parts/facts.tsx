import type { ReactNode } from "react";
import { padding, useLanguage } from "../language.ts";
import { theme } from "../theme.ts";
import { breakLongWord, keepWords } from "./long-word.ts";
import { body, note } from "./text-styles.ts";

export interface Fact {
  name: string;
  value: ReactNode;
}

/** Names with their values. In plain text: a line for each, with the values in a column. */
export function Facts({ rows }: { rows: Fact[] }) {
  const { space } = theme;
  const language = useLanguage();
  return (
    <table cellPadding={0} cellSpacing={0} style={{ ...keepWords, margin: `0 0 ${space.m}px` }}>
      <tbody>
        {rows.map(({ name, value }) => (
          <tr key={name}>
            <th
              className="muted"
              scope="row"
              align={language.start}
              style={{
                ...note,
                padding: padding(language, space.xs, space.l, space.xs, 0),
                lineHeight: body.lineHeight,
                fontWeight: 400,
                verticalAlign: "top",
                ...breakLongWord(name),
              }}
            >
              {name}
            </th>
            <td
              className="ink"
              style={{
                ...body,
                padding: `${space.xs}px 0`,
                verticalAlign: "top",
                ...breakLongWord(value),
              }}
            >
              {value}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
