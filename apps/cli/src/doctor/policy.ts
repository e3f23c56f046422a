/** What a service does with a topic or a queue, on whose behalf. */
export interface Use {
  /** `ses.amazonaws.com`. */
  service: string;
  /** `sns:Publish`. */
  action: string;
  /** The ARN of the topic or the queue. */
  resource: string;
  /** The ARNs that the service acts for, each of which must be allowed. */
  sources: string[];
  /** The account that owns them. */
  account: string;
}

interface Statement {
  Effect?: string;
  Principal?: unknown;
  NotPrincipal?: unknown;
  Action?: string | string[];
  NotAction?: unknown;
  Resource?: string | string[];
  NotResource?: unknown;
  Condition?: Record<string, Record<string, unknown>>;
}

/**
 * Whether a resource's policy allows a use. `unknown`: that depends on what is not known here.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function judgePolicy(text: string, use: Use): "allowed" | "refused" | "unknown" {
  const statements = statementsOf(text);
  const answers = use.sources.map((source) => {
    const of = (effect: string) =>
      statements
        .filter(({ Effect }) => Effect === effect)
        .map((statement) => isAbout(statement, use, source));
    const denies = of("Deny");
    const allows = of("Allow");
    if (denies.includes(true)) return "refused";
    if (!allows.includes(true)) return allows.includes(undefined) ? "unknown" : "refused";
    return denies.includes(undefined) ? "unknown" : "allowed";
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

/** Whether a statement is about the use; undefined if that is not known here. */
function isAbout(statement: Statement, use: Use, source: string): boolean | undefined {
  const { Principal, Action = [], Resource = use.resource, Condition = {} } = statement;
  const { NotPrincipal, NotAction, NotResource } = statement;
  const named = Object.values(Principal ?? {}).flatMap(listOf<unknown>);
  const isForIt = Principal === "*" || named.includes("*") || named.includes(use.service);
  const given: Record<string, string> = {
    "aws:sourcearn": source,
    "aws:sourceaccount": use.account,
    "aws:sourceowner": use.account,
    // Services use TLS.
    "aws:securetransport": "true",
  };
  const parts = [
    NotPrincipal ? undefined : isForIt,
    NotAction
      ? undefined
      : listOf(Action).some((one) => matches(one.toLowerCase(), use.action.toLowerCase())),
    NotResource ? undefined : listOf(Resource).some((one) => matches(one, use.resource)),
    ...Object.entries(Condition).flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, wanted]) =>
        meets(operator, listOf(wanted).map(String), given[key.toLowerCase()]),
      ),
    ),
  ];
  if (parts.includes(false)) return false;
  return parts.includes(undefined) ? undefined : true;
}

/** Whether a condition holds; undefined if its operator or its key is not known here. */
function meets(operator: string, wanted: string[], value?: string): boolean | undefined {
  const [, name, not, way] =
    /^(Arn|String|Bool)(Not)?(Equals|Like)?(?:IfExists)?$/.exec(operator) ?? [];
  if (value === undefined || name === undefined) return undefined;
  // ArnEquals is the same as ArnLike, and StringEquals knows no wildcard.
  const hasWildcards = name === "Arn" || way === "Like";
  const isOne = wanted.some((one) => (hasWildcards ? matches(one, value) : one === value));
  return not ? !isOne : isOne;
}

/** A pattern with `*` and `?`, as in actions and ARNs. */
function matches(pattern: string, text: string): boolean {
  const quoted = pattern.replaceAll(/[.+^${}()|[\]\\]/g, "\\$&");
  const source = quoted.replaceAll("*", ".*").replaceAll("?", ".");
  return new RegExp(`^${source}$`).test(text);
}

const listOf = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value]);
