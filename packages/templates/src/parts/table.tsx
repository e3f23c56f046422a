import type { ReactNode } from "react";
import { type Language, padding, useLanguage } from "../language.ts";
import { theme } from "../theme.ts";
import type { Fact } from "./facts.tsx";
import { breakLongWord, keepWords } from "./long-word.ts";
import { body, small } from "./text-styles.ts";

const { colors, space } = theme;
const line = `1px solid ${colors.line}`;

/**
 * A table of lines, as in a receipt: what it is, then quantities and amounts. In plain text: the
 * caption as a paragraph, and the cells in aligned columns.
 *
 * @param props.totals below the lines. The last is emphasised.
 */
export function Table(props: {
  caption: string;
  head: string[];
  rows: ReactNode[][];
  totals?: Fact[];
}) {
  const { caption, head, rows, totals = [] } = props;
  const last = head.length - 1;
  const language = useLanguage();
  const { start, end } = language;
  const side = (column: number) => ({ align: column === 0 ? start : end });
  const cell = (column: number, content: ReactNode) => ({
    ...cellStyle(language, column),
    ...breakLongWord(content),
  });
  return (
    <table
      width="100%"
      cellPadding={0}
      cellSpacing={0}
      style={{ ...keepWords, margin: `0 0 ${space.l}px`, borderCollapse: "collapse" }}
    >
      <caption className="muted" style={{ ...small, textAlign: start, ...breakLongWord(caption) }}>
        {caption}
      </caption>
      <thead>
        <tr>
          {head.map((name, column) => (
            <th
              key={name}
              className="muted line"
              scope="col"
              {...side(column)}
              style={{ ...small, ...cell(column, name), borderBottom: line, fontWeight: 600 }}
            >
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((cells, row) => (
          <tr key={row}>
            {cells.map((content, column) => (
              <td
                key={column}
                className="ink line"
                {...side(column)}
                style={{ ...body, ...cell(column, content), borderBottom: line }}
              >
                {content}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
      {totals.length > 0 && (
        <tfoot>
          {totals.map(({ name, value }, index) => {
            const isLast = index === totals.length - 1;
            const look = isLast ? { fontWeight: 700, borderTop: line } : { fontWeight: 400 };
            return (
              <tr key={name}>
                <th
                  className="ink line"
                  scope="row"
                  {...side(0)}
                  {...(last > 1 ? { colSpan: last } : {})}
                  style={{ ...body, ...cell(0, name), ...look }}
                >
                  {name}
                </th>
                <td
                  className="ink line"
                  {...side(last)}
                  style={{ ...body, ...cell(last, value), ...look }}
                >
                  {value}
                </td>
              </tr>
            );
          })}
        </tfoot>
      )}
    </table>
  );
}

/** Keeps the columns apart: amounts are aligned to the end. */
function cellStyle(language: Language, column: number) {
  const start = column === 0 ? 0 : space.m;
  return { padding: padding(language, space.s, 0, space.s, start), verticalAlign: "top" };
}
