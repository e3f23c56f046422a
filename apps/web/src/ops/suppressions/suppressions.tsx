import type { Db } from "@repo/db";
import type { Pseudonyms } from "@repo/email/erasure";
import { findPreferences } from "@repo/email/preferences";
import {
  type Reason,
  type Suppressed,
  explainSuppression,
  listSuppressions,
} from "@repo/email/suppressions";
import type { Router } from "express";
import type { ReactNode } from "react";
import { sendAnswer } from "../../http/answer.tsx";
import { sendError } from "../../http/errors.tsx";
import { getPage } from "../../http/get-page.ts";
import { refusalOfSearch } from "../errors.ts";
import { Moment, describeDetail, safe, safely } from "../format.tsx";
import { ADDRESS_INPUT, OpsPage } from "../page.tsx";
import { Refusal } from "../refusal.tsx";
import { type Explained, Explanation, REASONS } from "./explain.tsx";

/** Who gets no email, and why. With `email`, all that is known about one address. */
export function suppressions(db: Db, pseudonyms: Pseudonyms): Router {
  return getPage("/ops/suppressions", async (req, res) => {
    const { email, reason, before } = req.query as Record<string, unknown>;
    if (typeof email === "string" && email.trim() !== "") {
      const address = email.trim();
      try {
        const explained = await explain(db, address, pseudonyms);
        return sendAnswer(req, res, {
          json: safely(withoutSecrets(explained)),
          page: (
            <Suppressions email={address}>
              <Explanation {...explained} />
            </Suppressions>
          ),
        });
      } catch (thrown) {
        const error = refusalOfSearch(req, thrown);
        return sendError(req, res, error, <Suppressions email={address} error={error.message} />);
      }
    }
    const asked = typeof reason === "string" && Object.hasOwn(REASONS, reason);
    const chosen = asked ? (reason as Reason) : undefined;
    const page = await listSuppressions(
      db,
      { reason: chosen },
      { before: typeof before === "string" ? before : undefined },
    );
    sendAnswer(req, res, {
      json: {
        suppressions: page.suppressions.map(({ evidence, ...each }) => ({
          ...each,
          evidence: describeDetail(evidence),
        })),
        next: page.next,
      },
      page: (
        <Suppressions reason={chosen}>
          <List {...page} reason={chosen} />
        </Suppressions>
      ),
    });
  });
}

/** @throws EmailError `INVALID_ADDRESS` */
async function explain(db: Db, email: string, pseudonyms: Pseudonyms): Promise<Explained> {
  const [found, preferences] = await Promise.all([
    explainSuppression(db, email, pseudonyms),
    findPreferences(db, email),
  ]);
  return { email, ...found, preferences };
}

function withoutSecrets({ suppression, events, removals, ...others }: Explained) {
  return {
    ...others,
    suppression: suppression && {
      ...suppression,
      evidence: describeDetail(suppression.evidence),
    },
    events: events.map((event) => ({ ...event, detail: describeDetail(event.detail) })),
    removals: removals.map((removed) => ({
      ...removed,
      evidence: describeDetail(removed.evidence),
      because: safe(removed.because),
    })),
  };
}

interface SuppressionsProps {
  email?: string;
  reason?: Reason | undefined;
  error?: string;
  children?: ReactNode;
}

function Suppressions({ email, reason, error, children }: SuppressionsProps) {
  return (
    <OpsPage title={error ? "Error: Suppressions" : "Suppressions"} at="/ops/suppressions">
      <h1>Suppressions</h1>
      {error && <Refusal message={error} />}
      <form className="ops-search" action="/ops/suppressions">
        <label className="wide">
          May this address get email?
          <input name="email" defaultValue={email} {...ADDRESS_INPUT} />
        </label>
        <label>
          Or list by reason
          <select name="reason" defaultValue={reason}>
            <option value="">any</option>
            {Object.keys(REASONS).map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
        <button className="primary">Look up</button>
      </form>
      {children}
    </OpsPage>
  );
}

interface ListProps {
  suppressions: Suppressed[];
  next: string | null;
  reason: Reason | undefined;
}

function List({ suppressions: found, next, reason }: ListProps) {
  const older = new URLSearchParams({ ...(reason && { reason }), before: next ?? "" });
  return (
    <>
      <p className="actions">
        <a className="button quiet" href="/ops/suppressions/add">
          Stop email to an address …
        </a>
        <a className="button quiet" href="/ops/suppressions/export">
          All as a CSV file …
        </a>
      </p>
      {found.length === 0 && <p>No such address is suppressed.</p>}
      {found.length > 0 && (
        <table className="ops-table">
          <thead>
            <tr>
              <th scope="col">Address</th>
              <th scope="col">Reason</th>
              <th scope="col">Since (UTC)</th>
              <th scope="col">Until (UTC)</th>
            </tr>
          </thead>
          <tbody>
            {found.map(({ address, reason: why, since, until }) => (
              <tr key={address}>
                <th scope="row">
                  <a href={`/ops/suppressions?email=${encodeURIComponent(address)}`}>{address}</a>
                </th>
                <td className="whole" data-label="Reason">
                  {why}
                </td>
                <td data-label="Since">
                  <Moment at={since} />
                </td>
                <td className="whole" data-label="Until">
                  {until ? <Moment at={until} /> : "for good"}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {next && (
        <p>
          <a href={`/ops/suppressions?${older}`}>Older ones</a>
        </p>
      )}
    </>
  );
}
