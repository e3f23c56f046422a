import type { CSSProperties, ReactNode } from "react";

/**
 * A table with one cell, which has the style: Outlook on Windows ignores the padding of a table or
 * a link, and shows that of a cell.
 *
 * @param props.fit as wide as its content, instead of the full width
 */
export function Box(props: {
  className?: string;
  style: CSSProperties;
  fit?: boolean;
  lang?: string;
  dir?: string;
  children: ReactNode;
}) {
  const { className, style, fit, lang, dir, children } = props;
  return (
    <table
      lang={lang}
      dir={dir}
      role="presentation"
      border={0}
      cellPadding={0}
      cellSpacing={0}
      {...(fit ? {} : { width: "100%" })}
    >
      <tbody>
        <tr>
          <td className={className} style={style}>
            {children}
          </td>
        </tr>
      </tbody>
    </table>
  );
}
