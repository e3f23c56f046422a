import type { Preference } from "@repo/email/preferences";
import type { Reason, Removed, Suppressed, SuppressionEvent } from "@repo/email/suppressions";
import { Ago, Moment, describeDetail, safe, withoutIds } from "../format.tsx";
import { Card } from "../page.tsx";

export const REASONS: Record<Reason, string> = {
  "soft-bounces": "several emails came back within a month",
  bounce: "the mailbox does not exist, or refuses us",
  manual: "an operator stopped it",
  complaint: "the person reported one of our emails as spam",
};

/** What a suppressed address still gets. */
export const received = (reason: Reason) =>
  reason === "soft-bounces" ? "only security email" : "no email";

export interface Explained {
  /** As the operator typed it. */
  email: string;
  suppression: Suppressed | null;
  events: SuppressionEvent[];
  removals: Removed[];
  preferences: Preference[];
}

const hasPassed = (at: Date) => at <= new Date();

/** Whether an address gets email, and all that is known about it. */
export function Explanation(explained: Explained) {
  const { email, suppression, events, removals, preferences } = explained;
  const query = `email=${encodeURIComponent(email)}`;
  const isOver = suppression?.until ? hasPassed(suppression.until) : false;
  return (
    <>
      <section className={`ops-verdict ${suppression && !isOver ? "stopped" : "sending"}`}>
        <h2>
          {suppression && !isOver
            ? `${email} gets ${received(suppression.reason)}: ${REASONS[suppression.reason]}.`
            : `${email} may get email.`}
        </h2>
        {suppression && <Evidence suppression={suppression} isOver={isOver} />}
      </section>
      <p className="actions">
        {suppression && !isOver ? (
          <a className="button quiet" href={`/ops/suppressions/remove?${query}`}>
            Send email to it again …
          </a>
        ) : (
          <a className="button quiet" href={`/ops/suppressions/add?${query}`}>
            Stop email to it …
          </a>
        )}
      </p>
      <p>
        <a href={`/ops/messages?to=${encodeURIComponent(email)}`}>All email to this address</a>
      </p>
      {preferences.length > 0 && (
        <Card title="What the person has chosen">
          <ul>
            {preferences.map(({ category, wanted, changedAt }) => (
              <li key={category}>
                {category}: {wanted ? "on" : "off"}, since <Moment at={changedAt} />
              </li>
            ))}
          </ul>
        </Card>
      )}
      <Events events={events} />
      <Removals removals={removals} />
      <p className="fine">All times are in UTC.</p>
    </>
  );
}

/** Since when, until when, and what the event or the operator said. */
export function Evidence({ suppression, isOver }: { suppression: Suppressed; isOver: boolean }) {
  const { reason, since, until, evidence } = suppression;
  return (
    <>
      <p>
        {reason}, since <Ago at={since} />,{" "}
        {until ? (
          <>
            {isOver ? "ended" : "until"} <Ago at={until} />
          </>
        ) : (
          "for good"
        )}
      </p>
      {evidence !== null && <p className="fine">{withoutIds(describeDetail(evidence))}</p>}
    </>
  );
}

function Events({ events }: { events: SuppressionEvent[] }) {
  if (events.length === 0) return null;
  return (
    <Card title="Bounces and complaints">
      <ul className="rows">
        {events.map(({ at, effect, messageId, detail }, i) => (
          <li key={i}>
            <p>
              <Moment at={at} /> <strong>{effect}</strong>{" "}
              {messageId && <a href={`/ops/messages/${messageId}`}>the email</a>}
            </p>
            <p className="fine">{describeDetail(detail)}</p>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Removals({ removals }: { removals: Removed[] }) {
  if (removals.length === 0) return null;
  return (
    <Card title="Suppressions that were removed">
      <ul className="rows">
        {removals.map(({ removedAt, removedBy, because, reason }, i) => (
          <li key={i}>
            <p>
              <Moment at={removedAt} /> <strong>{reason}</strong>, by {safe(withoutIds(removedBy))}
            </p>
            <p className="fine">{safe(because)}</p>
          </li>
        ))}
      </ul>
    </Card>
  );
}
