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

// In units of the drawing, which is stretched to its box. Texts and lines are not in it: they keep
// their size on every screen.
const WIDTH = 1000;
const HEIGHT = 1000;

/** A chart as SVG. It needs no script and no inline style, which the pages' policy forbids. */
export function Chart(chart: ChartProps) {
  const { id, title, times, series, as } = chart;
  const isEmpty = series.every(({ values }) =>
    values.every((value) => value === null || (as === "bars" && value === 0)),
  );
  const [first, last] = [times[0], times.at(-1)];
  return (
    <figure className="ops-chart">
      <figcaption id={id}>{title}</figcaption>
      {isEmpty ? <p>No email in this time.</p> : <Plot {...chart} />}
      {!isEmpty && first && last && (
        <p className="ops-times fine">
          <span>{minute(first)}</span> <span>{minute(last)}</span>
        </p>
      )}
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
  const step = WIDTH / Math.max(1, times.length);
  const x = (i: number) => step * i;
  const y = (value: number) => HEIGHT * (1 - Math.min(value, most) / (most || 1));
  const height = (value: number) => `${round((100 * y(value)) / HEIGHT)}%`;
  return (
    // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- an <img> cannot use the colours of the page
    <svg className="plot" role="img" aria-labelledby={id}>
      {ticks.map(({ at, text }) => (
        <g key={text} className="tick">
          <line x2="100%" y1={height(at)} y2={height(at)} />
          <text x="-8" y={height(at)} dominantBaseline="central" textAnchor="end">
            {text}
          </text>
        </g>
      ))}
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none">
        {series.map(({ name, tone, values }) =>
          as === "lines" ? (
            <path key={name} className={`line ${tone}`} d={lineOf(values, x, y, step)} />
          ) : (
            <path key={name} className={`bars ${tone}`} d={barsOf(values, x, y, step)} />
          ),
        )}
      </svg>
      {limits.map(({ at, text }) => (
        <g key={text} className="limit">
          <line x2="100%" y1={height(at)} y2={height(at)} />
          <text x="100%" y={height(at)} dy="-6" textAnchor="end">
            {text}
          </text>
        </g>
      ))}
    </svg>
  );
}

type Scale = (value: number) => number;

function lineOf(values: (number | null)[], x: Scale, y: Scale, step: number): string {
  const has = (i: number) => (values[i] ?? null) !== null;
  return values
    .map((value, i) => {
      if (value === null) return "";
      // A value without neighbours is a line as wide as its hour or day: a dot is easily overlooked.
      if (!has(i - 1) && !has(i + 1)) return `M${round(x(i))} ${round(y(value))}h${round(step)}`;
      return `${has(i - 1) ? "L" : "M"}${round(x(i) + step / 2)} ${round(y(value))}`;
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

// Without the year, so that both ends of a chart fit on a phone.
const minute = (at: Date) => utc(at).slice(5, 16);
const round = (value: number) => Math.round(value * 10) / 10;
