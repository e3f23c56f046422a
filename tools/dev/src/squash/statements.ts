/** A statement that makes something Prisma's schema cannot say, or that inserts rows. */
export interface Rule {
  /** What it makes: `trigger refuse_illegal_transition`. */
  key: string;
  /** The table whose constraint it is. */
  table?: string;
  /** The comment above it. */
  comment: string;
  /** Without its semicolon. A constraint without its ALTER TABLE. */
  sql: string;
}

/** The rules that migrations make, in their order. One that is made twice stands at its last place. */
export function rulesOf(migrations: string[]): Rule[] {
  const rules = new Map<string, Rule>();
  for (const rule of migrations.flatMap((sql) => statementsOf(sql).flatMap(read))) {
    rules.delete(rule.key);
    rules.set(rule.key, rule);
  }
  return [...rules.values()];
}

/** The text of a migration. Neighbours that need no comment stand together. */
export function write(rules: Rule[]): string {
  return rules
    .map((rule, index) => {
      const { comment, sql, table } = rule;
      const before = rules[index - 1];
      const after = rules[index + 1];
      const joins = (one?: Rule, next?: Rule) =>
        one?.table !== undefined && one.table === next?.table && next.comment === "";
      if (joins(before, rule)) return `  ${sql}${joins(rule, after) ? "," : ";"}\n`;
      const isShort =
        comment === "" && table === undefined && !`${before?.sql}${sql}`.includes("\n");
      const head = table === undefined ? "" : `ALTER TABLE ${table}\n  `;
      const gap = index === 0 || isShort ? "" : "\n";
      return `${gap}${comment}${head}${sql}${joins(rule, after) ? "," : ";"}\n`;
    })
    .join("");
}

const NAME = String.raw`"?(\w+)"?`;

function read({ comment, sql }: Statement): Rule[] {
  const [, kind = "", name = ""] =
    new RegExp(`^CREATE (?:OR REPLACE |UNIQUE )?(INDEX|FUNCTION|TRIGGER) ${NAME}`).exec(sql) ?? [];
  if (kind) {
    const plain = sql.replace("CREATE OR REPLACE", "CREATE");
    return [{ key: `${kind.toLowerCase()} ${name}`, comment, sql: plain }];
  }
  if (sql.startsWith("INSERT ")) return [{ key: sql, comment, sql }];
  const [, table = "", actions = ""] =
    new RegExp(`^ALTER TABLE ${NAME}\\s(.*)$`, "s").exec(sql) ?? [];
  let above = comment;
  return splitAt(",", actions).flatMap((action) => {
    const constraint = new RegExp(`^ADD CONSTRAINT ${NAME} CHECK`).exec(action.trim())?.[1];
    if (constraint === undefined) return [];
    const rule = { key: `constraint ${constraint}`, table, comment: above, sql: action.trim() };
    above = "";
    return [rule];
  });
}

interface Statement {
  comment: string;
  sql: string;
}

/** The statements of a script, each with the comment that stands directly above it. */
function statementsOf(script: string): Statement[] {
  // The comment above a DROP is about what is made instead.
  let dropped = "";
  return splitAt(";", script).flatMap((piece) => {
    const [, before = "", sql = ""] = /^((?:\s*--.*\n|\s*\n)*)([^]*)$/.exec(piece) ?? [];
    if (sql.trim() === "") return [];
    const comment =
      (before
        .split(/\n\s*\n/)
        .at(-1)
        ?.trimStart() ??
        "") ||
      dropped;
    dropped = sql.startsWith("DROP ") ? comment : "";
    return [{ comment, sql: sql.trim() }];
  });
}

/** Splits SQL where a mark stands outside of quotes, comments and parentheses. */
function splitAt(mark: string, sql: string): string[] {
  const pieces = [""];
  let depth = 0;
  const tokens = sql.matchAll(/--.*|'(?:[^']|'')*'|"[^"]*"|\$(\w*)\$[^]*?\$\1\$|[^]/g);
  for (const [token] of tokens) {
    if (token === "(") depth += 1;
    if (token === ")") depth -= 1;
    if (token === mark && depth === 0) pieces.push("");
    else pieces.push((pieces.pop() ?? "") + token);
  }
  return pieces;
}
