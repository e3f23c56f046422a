/**
 * The lines that only `other` has (`+`), and those that only `base` has (`-`). Above each are the
 * lines that it is indented below, so that a change says which resource it is in.
 */
export function difference(base: string, other: string): string {
  const lines = compare(base.split("\n"), other.split("\n"));
  const shown: string[] = [];
  let path: string[] = [];
  let printed: string[] = [];
  for (const { sign, line } of lines) {
    const depth = line.length - line.trimStart().length;
    path = [...path.filter((above) => above.length - above.trimStart().length < depth), line];
    if (sign === " ") continue;
    const above = path.slice(0, -1);
    for (const [index, one] of above.entries()) {
      if (printed[index] !== one) shown.push(`  ${one}`);
    }
    shown.push(`${sign} ${line}`.trimEnd());
    printed = path;
  }
  return `${shown.join("\n")}\n`;
}

type Line = { sign: " " | "+" | "-"; line: string };

/** By the longest common subsequence. */
function compare(base: string[], other: string[]): Line[] {
  const lengths = Array.from({ length: base.length + 1 }, () => new Uint16Array(other.length + 1));
  const at = (i: number, j: number) => lengths[i]?.[j] ?? 0;
  for (let i = base.length - 1; i >= 0; i -= 1) {
    for (let j = other.length - 1; j >= 0; j -= 1) {
      lengths[i]![j] =
        base[i] === other[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: Line[] = [];
  let i = 0;
  let j = 0;
  while (i < base.length || j < other.length) {
    if (i < base.length && base[i] === other[j]) {
      lines.push({ sign: " ", line: base[i] ?? "" });
      i += 1;
      j += 1;
    } else if (j >= other.length || (i < base.length && at(i + 1, j) >= at(i, j + 1))) {
      lines.push({ sign: "-", line: base[i] ?? "" });
      i += 1;
    } else {
      lines.push({ sign: "+", line: other[j] ?? "" });
      j += 1;
    }
  }
  return lines;
}
