import { type Level, type Rated, THRESHOLDS } from "@repo/email/operations";
import { percent } from "../format.tsx";
import { Figure } from "../page.tsx";

/** What a level means, after the rate. Words, because not everyone sees colours. */
const WORDS: Record<Level, string> = {
  ok: "",
  near: "near AWS's review",
  review: "AWS reviews the account",
  pause: "AWS may pause sending",
};
/** What a level means, in the narrow cell of a table. */
const SHORT: Record<Level, string> = { ok: "", near: "near", review: "review", pause: "pause" };
const TONE: Record<Level, string> = { ok: "good", near: "warn", review: "bad", pause: "bad" };

interface RateProps {
  share: number;
  level: Level;
  short?: boolean;
}

/** A rate, and what AWS does about it. */
export function Rate({ share, level, short = false }: RateProps) {
  const words = (short ? SHORT : WORDS)[level];
  return (
    <span className={`ops-state ${TONE[level]}`}>
      {percent(share)}
      {words && ` – ${words}`}
    </span>
  );
}

/** Both rates, as entries of `Figures`. */
export function RateFigures({ rated, of }: { rated: Rated; of: string }) {
  return (
    <>
      <Figure name={`Bounces in ${of}`}>
        <Rate share={rated.bounceRate} level={rated.bounceLevel} />
      </Figure>
      <Figure name={`Complaints in ${of}`}>
        <Rate share={rated.complaintRate} level={rated.complaintLevel} />
      </Figure>
    </>
  );
}

/** AWS's rule, in a sentence. */
export function AwsRule() {
  const { bounces, complaints } = THRESHOLDS;
  return (
    <p className="fine">
      AWS reviews an account at {percent(bounces.review)} hard bounces or{" "}
      {percent(complaints.review)} complaints, and may pause it at {percent(bounces.pause)} or{" "}
      {percent(complaints.pause)} (
      <a href="https://docs.aws.amazon.com/ses/latest/dg/faqs-enforcement.html">source</a>). Emails
      to the mailbox simulator do not count.
    </p>
  );
}
