import { utc } from "../format.tsx";

/** The values of one line or of one kind of bars, by time. Null: nothing to show there. */
interface Series {
  name: string;
  /** A class of ops.css, which has its colour. */
  tone: "one" | "two" | "bad";
  values: (number | null)[];
}

interface ChartProps {
  id: string;
  title: string;
  /** When each value begins. */
  times: Date[];
  series: Series[];
  as: "bars" | "lines";
  /** The end of the axis. A higher value is drawn there. */
  most: number;
  /** Marks of the axis. */
  ticks: { at: number; text: string }[];
  /** Lines across the chart, such as a threshold of AWS. */
  limits?: { at: number; text: string }[];
}

const WIDTH = 640;
const HEIGHT = 220;
const LEFT = 84;
const RIGHT = 8;
const TOP = 18;
const BOTTOM = 34;

/** A chart as SVG. It needs no script and no inline style, which the pages' policy forbids. */
export function Chart(chart: ChartProps) {
  const { id, title, series, as } = chart;
  const isEmpty = series.every(({ values }) =>
    values.every((value) => value === null || (as === "bars" && value === 0)),
  );
  return (
    <figure className="ops-chart">
      <figcaption id={id}>{title}</figcaption>
      {isEmpty ? <p>No email in this time.</p> : <Plot {...chart} />}
      {series.length > 1 && !isEmpty && (
        <p className="ops-legend fine">
          {series.map(({ name, tone }) => (
            <span key={name} className={tone}>
              {name}
            </span>
          ))}
        </p>
      )}
    </figure>
  );
}

function Plot({ id, times, series, as, most, ticks, limits = [] }: ChartProps) {
  const step = (WIDTH - LEFT - RIGHT) / Math.max(1, times.length);
  const x = (i: number) => LEFT + step * i;
  const y = (value: number) =>
    HEIGHT - BOTTOM - (Math.min(value, most) / (most || 1)) * (HEIGHT - TOP - BOTTOM);
  return (
    // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- an <img> cannot use the colours of the page
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-labelledby={id}>
      {ticks.map(({ at, text }) => (
        <g key={text} className="tick">
          <line x1={LEFT} x2={WIDTH - RIGHT} y1={y(at)} y2={y(at)} />
          <text x={LEFT - 6} y={y(at)} dominantBaseline="central" textAnchor="end">
            {text}
          </text>
        </g>
      ))}
      {series.map(({ name, tone, values }) =>
        as === "lines" ? (
          <path key={name} className={`line ${tone}`} d={lineOf(values, x, y, step)} />
        ) : (
          <path key={name} className={`bars ${tone}`} d={barsOf(values, x, y, step)} />
        ),
      )}
      {limits.map(({ at, text }) => (
        <g key={text} className="limit">
          <line x1={LEFT} x2={WIDTH - RIGHT} y1={y(at)} y2={y(at)} />
          <text x={WIDTH - RIGHT - 4} y={y(at) - 4} textAnchor="end">
            {text}
          </text>
        </g>
      ))}
      {[0, times.length - 1].map((i) => (
        <text
          key={i}
          className="when"
          x={i === 0 ? LEFT : WIDTH - RIGHT}
          y={HEIGHT - 8}
          textAnchor={i === 0 ? "start" : "end"}
        >
          {times[i] ? utc(times[i]).slice(0, 16) : ""}
        </text>
      ))}
    </svg>
  );
}

type Scale = (value: number) => number;

function lineOf(values: (number | null)[], x: Scale, y: Scale, step: number): string {
  let isDrawing = false;
  return values
    .map((value, i) => {
      const command = isDrawing ? "L" : "M";
      isDrawing = value !== null;
      if (value === null) return "";
      const at = `${round(x(i) + step / 2)} ${round(y(value))}`;
      // A point without neighbours would draw nothing.
      return `${command}${at}${command === "M" ? "h.01" : ""}`;
    })
    .join("");
}

function barsOf(values: (number | null)[], x: Scale, y: Scale, step: number): string {
  return values
    .map((value, i) =>
      value
        ? `M${round(x(i) + step * 0.12)} ${y(0)}V${round(y(value))}h${round(step * 0.76)}V${y(0)}z`
        : "",
    )
    .join("");
}

const round = (value: number) => Math.round(value * 10) / 10;
