/** What a service does with a topic or a queue, on whose behalf. */
export interface Use {
  /** `ses.amazonaws.com`. */
  service: string;
  /** `sns:Publish`. */
  action: string;
  /** The ARNs that the service acts for, each of which must be allowed. */
  sources: string[];
  /** The account that owns them. */
  account: string;
}

interface Statement {
  Effect?: string;
  Principal?: unknown;
  Action?: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}

/**
 * Whether a resource's policy allows a use. `unknown`: it has conditions that cannot be judged here.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function judgePolicy(text: string, use: Use): "allowed" | "refused" | "unknown" {
  const about = statementsOf(text).filter((statement) => isAbout(statement, use));
  const answers = use.sources.map((source) => {
    const holds = (effect: string) =>
      about
        .filter(({ Effect }) => Effect === effect)
        .map((statement) => meets(statement, source, use.account));
    if (holds("Deny").includes(true)) return "refused";
    const allows = holds("Allow");
    if (allows.includes(true)) return "allowed";
    return allows.includes(undefined) ? "unknown" : "refused";
  });
  if (answers.includes("refused")) return "refused";
  return answers.includes("unknown") ? "unknown" : "allowed";
}

function statementsOf(text: string): Statement[] {
  try {
    const { Statement = [] } = JSON.parse(text) as { Statement?: Statement | Statement[] };
    return listOf(Statement);
  } catch {
    return [];
  }
}

function isAbout({ Principal, Action }: Statement, { service, action }: Use): boolean {
  const named = Object.values((Principal ?? {}) as Record<string, string | string[]>).flatMap(
    listOf,
  );
  const isForIt = Principal === "*" || named.includes("*") || named.includes(service);
  return isForIt && listOf(Action ?? []).some((pattern) => matches(pattern, action));
}

/** Whether all conditions of a statement hold; undefined if one of them is not known here. */
function meets(
  { Condition = {} }: Statement,
  source: string,
  account: string,
): boolean | undefined {
  const given: Record<string, string> = {
    "aws:sourcearn": source,
    "aws:sourceaccount": account,
    "aws:sourceowner": account,
    // Services use TLS.
    "aws:securetransport": "true",
  };
  const results = Object.entries(Condition).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, wanted]) => {
      const value = given[key.toLowerCase()];
      if (value === undefined || !/^(Arn|String)(Equals|Like)$|^Bool$/.test(operator))
        return undefined;
      return listOf(wanted).some((pattern) => matches(pattern, value));
    }),
  );
  if (results.includes(false)) return false;
  return results.includes(undefined) ? undefined : true;
}

/** A pattern with `*` and `?`, as in actions and ARNs. */
function matches(pattern: string, text: string): boolean {
  const quoted = pattern.replaceAll(/[.+^${}()|[\]\\]/g, "\\$&");
  const source = quoted.replaceAll("*", ".*").replaceAll("?", ".");
  return new RegExp(`^${source}$`, "i").test(text);
}

const listOf = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value]);
