import { ADDRESS_INPUT } from "../page.tsx";
import { type FilterValues, OUTCOMES, STATUS } from "./filter.ts";

/**
 * The form of a search. It is a GET, so that a search can be kept as a bookmark. A phone scrolls to
 * what was found.
 */
export function Search({ values }: { values: FilterValues }) {
  return (
    <form className="ops-search" action="/ops/messages#found">
      <label className="wide">
        Address, or an id of ours or SES's
        <input name="q" defaultValue={values.to} {...ADDRESS_INPUT} />
      </label>
      <label>
        Template
        <input name="template" defaultValue={values.template} autoComplete="off" />
      </label>
      <label>
        Status
        <select name="status" defaultValue={values.status}>
          <option value="">any</option>
          {Object.entries(STATUS).map(([value, { text }]) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </select>
      </label>
      <label>
        Outcome
        <select name="outcome" defaultValue={values.outcome}>
          <option value="">any</option>
          {OUTCOMES.map((value) => (
            <option key={value}>{value}</option>
          ))}
        </select>
      </label>
      <label>
        From (UTC)
        <input type="datetime-local" name="since" defaultValue={forInput(values.since)} />
      </label>
      <label>
        Until (UTC)
        <input type="datetime-local" name="until" defaultValue={forInput(values.until)} />
      </label>
      <button className="primary">Search</button>
    </form>
  );
}

/** Without seconds and zone, as the input takes it. */
const forInput = (time: string | undefined) => time?.slice(0, 16);
