import { type AskedFor, findRequests } from "@repo/accounts/operators";
import type { Db } from "@repo/db";
import type { Keys } from "@repo/email/keys";
import type { Router } from "express";
import { sendAnswer } from "../http/answer.tsx";
import { sendError } from "../http/errors.tsx";
import { getPage } from "../http/get-page.ts";
import { refusalOfSearch } from "./errors.ts";
import { Ago, Moment } from "./format.tsx";
import { ADDRESS_INPUT, Card, OpsPage } from "./page.tsx";
import { Refusal } from "./refusal.tsx";

type Reset = AskedFor["resets"][number];

/** What became of a request for a new password. */
const RESULTS: Record<NonNullable<Reset["result"]>, string> = {
  emailed: "the link was emailed",
  "no-account": "no email, because the address had no account",
  limited: "no email, because the mailbox had reached its limit of such email",
  unreadable: "no email, because the worker lacked the key of AUTH_SECRET that sealed it",
};

/**
 * What people asked for with an address. It says separately whether somebody asked, and whether
 * there is an account.
 */
export function requests(db: Db, secret: Keys): Router {
  return getPage("/ops/requests", async (req, res) => {
    const { email } = req.query;
    const address = typeof email === "string" ? email.trim() : "";
    try {
      const asked = address === "" ? undefined : await findRequests(db, secret, address);
      sendAnswer(req, res, {
        json: asked ?? { query: ["email"] },
        page: <Requests email={address} asked={asked} />,
      });
    } catch (thrown) {
      const error = refusalOfSearch(req, thrown);
      sendError(req, res, error, <Requests email={address} error={error.message} />);
    }
  });
}

interface RequestsProps {
  email: string;
  asked?: AskedFor | undefined;
  error?: string;
}

function Requests({ email, asked, error }: RequestsProps) {
  return (
    <OpsPage title={error ? "Error: Requests" : "Requests"} at="/ops/requests">
      <h1>Requests</h1>
      {error && <Refusal message={error} />}
      <form className="ops-search" action="/ops/requests">
        <label className="wide">
          What was asked for with this address?
          <input name="email" defaultValue={email} {...ADDRESS_INPUT} />
        </label>
        <button className="primary">Look up</button>
      </form>
      {asked && <Asked email={email} asked={asked} />}
    </OpsPage>
  );
}

function Asked({ email, asked }: { email: string; asked: AskedFor }) {
  const { resets, signUps, accountSince } = asked;
  const address = encodeURIComponent(asked.address);
  return (
    <>
      <section className="ops-verdict plain">
        <h2>{summary(asked)}</h2>
        {accountSince ? (
          <p>
            {email} has had an account since <Ago at={accountSince} />.
          </p>
        ) : (
          <p>{email} has no account now.</p>
        )}
      </section>
      <p>
        <a href={`/ops/messages?to=${address}`}>All email to this address</a>,{" "}
        <a href={`/ops/suppressions?email=${address}`}>may it get email?</a>
      </p>
      {resets.length > 0 && (
        <Card title="New passwords">
          <ul className="rows">
            {resets.map(({ at, handledAt, result }, i) => (
              <li key={i}>
                <p>
                  <Moment at={at} />: {result ? RESULTS[result] : "waits for the worker"}
                </p>
                {handledAt && (
                  <p className="fine">
                    Handled <Moment at={handledAt} />
                  </p>
                )}
              </li>
            ))}
          </ul>
        </Card>
      )}
      {signUps.length > 0 && (
        <Card title="Sign-ups that nobody has confirmed">
          <ul className="rows">
            {signUps.map(({ at, expiresAt }, i) => (
              <li key={i}>
                <p>
                  <Moment at={at} />, ends <Moment at={expiresAt} />
                </p>
              </li>
            ))}
          </ul>
        </Card>
      )}
      <p className="fine">Requests and sign-ups are kept for seven days. All times are in UTC.</p>
    </>
  );
}

function summary({ resets: [last] }: AskedFor): string {
  if (!last) return "Nobody asked for a new password with this address in the last seven days.";
  const what = last.result ? RESULTS[last.result] : "it waits for the worker";
  return `The last request for a new password: ${what}.`;
}
