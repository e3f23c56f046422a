import { withoutEnd } from "./text-writer.ts";

/** A cell of a table, and how many columns and rows it covers. */
export interface Cell {
  text: string;
  columns: number;
  rows: number;
}

/** A cell with its first column, and its text in lines. */
interface Placed {
  column: number;
  columns: number;
  lines: string[];
}

const GAP = 3;
/** Longer lines of a cell are broken between words, so that a table is not wider than a window. */
const WIDTH = 60;

/** Writes a table's cells in columns. */
export function alignCells(table: Cell[][]): string {
  const rows = place(table);
  const starts = startsOf(rows.flat());
  const lines = rows.flatMap((cells) => {
    const height = Math.max(1, ...cells.map((cell) => cell.lines.length));
    return Array.from({ length: height }, (_, index) =>
      cells.reduce(
        (line, cell) => line.padEnd(starts[cell.column] ?? 0) + (cell.lines[index] ?? ""),
        "",
      ),
    );
  });
  return lines.map(withoutEnd).join("\n");
}

/** The place of each cell. A cell of several rows pushes those of the next rows to the right. */
function place(table: Cell[][]): Placed[][] {
  const taken = new Set<string>();
  return table.map((cells, row) => {
    let next = 0;
    return cells.map(({ text, columns, rows }) => {
      while (taken.has(`${row} ${next}`)) next++;
      const column = next;
      next += columns;
      for (let down = 1; down < rows; down++) {
        for (let at = column; at < next; at++) taken.add(`${row + down} ${at}`);
      }
      return { column, columns, lines: text.split("\n").flatMap(wrap) };
    });
  });
}

/** Where each column begins. A cell of several columns widens only the last of them. */
function startsOf(cells: Placed[]): number[] {
  const starts = [0];
  const count = Math.max(0, ...cells.map(({ column, columns }) => column + columns));
  for (let end = 1; end <= count; end++) {
    const ends = cells.filter(({ column, columns }) => column + columns === end);
    const needed = ends.map(
      ({ column, lines }) =>
        (starts[column] ?? 0) + Math.max(...lines.map(({ length }) => length)) + GAP,
    );
    starts[end] = Math.max((starts[end - 1] ?? 0) + GAP, ...needed);
  }
  return starts;
}

/** Breaks a line between words. A word that is too long stays whole: a link must not be cut. */
function wrap(line: string): string[] {
  if (line.length <= WIDTH) return [line];
  const lines: string[] = [];
  for (const word of line.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > WIDTH) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
