import type { Db } from "@repo/db";
import {
  type Hour,
  type NamedRates,
  type Period,
  type Rates,
  THRESHOLDS,
  TIME_BOUNDS,
  readHours,
  readRates,
} from "@repo/email/operations";
import type { Request, Router } from "express";
import { sendAnswer } from "../../http/answer.tsx";
import { getPage } from "../../http/get-page.ts";
import { Moment, compact, count, percent, safe, safely } from "../format.tsx";
import { Card, Figure, Figures, Live, OpsPage } from "../page.tsx";
import { Chart } from "./chart.tsx";
import { AwsRule, Rate, RateFigures } from "./level.tsx";
import { HOURS_OF_A_POINT, addUp, boundText, bucketAt, roundUp } from "./series.ts";

const PERIODS: Record<Period, string> = { "24h": "24 hours", "7d": "7 days", "30d": "30 days" };

/** Bounces, complaints, throughput and times, by period. */
export function rates(db: Db): Router {
  return getPage("/ops/rates", async (req, res) => {
    const period = periodOf(req);
    const [found, hours] = await Promise.all([readRates(db, period), readHours(db, period)]);
    sendAnswer(req, res, {
      json: safely({ ...found, hours }),
      page: <RatesPage rates={found} points={addUp(hours, HOURS_OF_A_POINT[period])} />,
    });
  });
}

function periodOf({ query }: Request): Period {
  const asked = Object.keys(PERIODS).find((period) => period === query.period);
  return (asked as Period | undefined) ?? "24h";
}

function RatesPage({ rates: found, points }: { rates: Rates; points: Hour[] }) {
  const { period, all } = found;
  return (
    <OpsPage title={`Rates over ${PERIODS[period]}`} at="/ops/rates">
      <p className="ops-tabs">
        {Object.entries(PERIODS).map(([each, name]) => (
          <a
            key={each}
            href={`/ops/rates?period=${each}`}
            aria-current={each === period ? "true" : undefined}
          >
            {name}
          </a>
        ))}
      </p>
      <Live>
        <h1>Rates over {PERIODS[period]}</h1>
        <Figures>
          <RateFigures rated={all} of={PERIODS[period]} />
          <Figure name="Accepted by SES">{count(all.accepted)}</Figure>
          <Figure name="Delivered">{count(all.delivered)}</Figure>
          <Figure name="Hard bounces">{count(all.bounced)}</Figure>
          <Figure name="Complaints">{count(all.complained)}</Figure>
        </Figures>
        <AwsRule />
        {hasEmail(found, points) ? (
          <>
            <Charts points={points} />
            <Table title="By template" rows={found.byTemplate} />
            <Table title="By the recipients' domain" rows={found.byDomain} />
            <Table title="By configuration set" rows={found.bySource} />
            <Numbers points={points} />
          </>
        ) : (
          <p>No email in this time. Charts and tables come with the first one.</p>
        )}
      </Live>
    </OpsPage>
  );
}

const hasEmail = ({ byTemplate }: Rates, points: Hour[]) =>
  byTemplate.length > 0 || points.some(({ accepted, refused }) => accepted + refused > 0);

function Charts({ points }: { points: Hour[] }) {
  const times = points.map(({ hour }) => hour);
  const most = roundUp(Math.max(...points.map((each) => Math.max(each.accepted, each.refused))));
  const share = (of: "bounced" | "complained") =>
    points.map((each) => (each.accepted > 0 ? each[of] / each.accepted : null));
  const bucket = (of: "queuedToAccepted" | "acceptedToDelivered", part: number) =>
    points.map((each) => bucketAt(each[of], part));
  const shares = [
    ["bounced", "Share of hard bounces", THRESHOLDS.bounces],
    ["complained", "Share of complaints", THRESHOLDS.complaints],
  ] as const;
  const durations = [
    ["queuedToAccepted", "From queued to accepted by SES"],
    ["acceptedToDelivered", "From accepted to delivered"],
  ] as const;
  return (
    <div className="ops-charts">
      <Chart
        id="throughput"
        title="Emails"
        as="bars"
        times={times}
        most={most}
        ticks={[0, most / 2, most].map((at) => ({ at, text: compact(at) }))}
        series={[
          { name: "accepted", tone: "one", values: points.map(({ accepted }) => accepted) },
          { name: "refused calls", tone: "bad", values: points.map(({ refused }) => refused) },
        ]}
      />
      {shares.map(([of, title, { review, pause }]) => (
        <Chart
          key={of}
          id={of}
          title={title}
          as="lines"
          times={times}
          most={pause * 1.25}
          ticks={[0, review, pause].map((at) => ({ at, text: percent(at) }))}
          limits={[
            { at: review, text: "review" },
            { at: pause, text: "pause" },
          ]}
          series={[{ name: of, tone: "one", values: share(of) }]}
        />
      ))}
      {durations.map(([of, title]) => (
        <Chart
          key={of}
          id={of}
          title={title}
          as="lines"
          times={times}
          most={TIME_BOUNDS.length}
          ticks={[0, 3, 6, 9, 12].map((at) => ({ at, text: boundText(at) }))}
          series={[
            { name: "half took at most", tone: "one", values: bucket(of, 0.5) },
            { name: "95 of 100 took at most", tone: "two", values: bucket(of, 0.95) },
          ]}
        />
      ))}
    </div>
  );
}

function Table({ title, rows }: { title: string; rows: NamedRates[] }) {
  return (
    <Card title={title}>
      {rows.length === 0 ? (
        <p>No email.</p>
      ) : (
        <table className="ops-table ops-rates">
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Accepted</th>
              <th scope="col">Delivered</th>
              <th scope="col">Bounced</th>
              <th scope="col">Complained</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.name}>
                <th scope="row">{safe(row.name)}</th>
                <td className="whole" data-label="Accepted">
                  {count(row.accepted)}
                </td>
                <td className="whole" data-label="Delivered">
                  {count(row.delivered)}
                </td>
                <td data-label="Bounced">
                  {count(row.bounced)} <Rate share={row.bounceRate} level={row.bounceLevel} short />
                </td>
                <td data-label="Complained">
                  {count(row.complained)}{" "}
                  <Rate share={row.complaintRate} level={row.complaintLevel} short />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Card>
  );
}

const TIMES = [
  ["Half accepted within", "queuedToAccepted", 0.5],
  ["95 of 100 accepted within", "queuedToAccepted", 0.95],
  ["Half delivered within", "acceptedToDelivered", 0.5],
  ["95 of 100 delivered within", "acceptedToDelivered", 0.95],
] as const;

const timeText = (bucket: number | null) => (bucket === null ? "–" : boundText(bucket));

/** The numbers of the charts, for people who cannot see them. */
function Numbers({ points }: { points: Hour[] }) {
  return (
    <details>
      <summary>The numbers of the charts</summary>
      <table className="ops-table">
        <thead>
          <tr>
            <th scope="col">From (UTC)</th>
            <th scope="col">Accepted</th>
            <th scope="col">Refused calls</th>
            <th scope="col">Delivered</th>
            <th scope="col">Bounced</th>
            <th scope="col">Complained</th>
          </tr>
        </thead>
        <tbody>
          {points.map((each) => (
            <tr key={each.hour.toISOString()}>
              <th scope="row">
                <Moment at={each.hour} />
              </th>
              <td className="whole" data-label="Accepted">
                {count(each.accepted)}
              </td>
              <td data-label="Refused calls">{count(each.refused)}</td>
              <td className="whole" data-label="Delivered">
                {count(each.delivered)}
              </td>
              <td data-label="Bounced">{count(each.bounced)}</td>
              <td data-label="Complained">{count(each.complained)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <table className="ops-table ops-durations">
        <thead>
          <tr>
            <th scope="col">From (UTC)</th>
            {TIMES.map(([name]) => (
              <th scope="col" key={name}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {points.map((each) => (
            <tr key={each.hour.toISOString()}>
              <th scope="row">
                <Moment at={each.hour} />
              </th>
              {TIMES.map(([name, of, part]) => (
                <td key={name} data-label={name}>
                  {timeText(bucketAt(each[of], part))}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
