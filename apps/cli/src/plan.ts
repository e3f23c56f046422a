import { type GetAccountResponse, PricingPlan } from "@aws-sdk/client-sesv2";
import { type Context, live, withAccount } from "./account/ses-account.ts";
import { CONSENT, CONSENT_HELP, agrees } from "./account/terminal.ts";
import { command } from "./command.ts";
import { invalid, oneOf } from "./options.ts";

const PLANS = Object.values(PricingPlan).map((name) => name.toLowerCase());
const PRICES = "https://aws.amazon.com/ses/pricing/";

const HELP = `pnpm aws:plan          shows what plan SES bills the account by, in the region of AWS_REGION
pnpm aws:plan PLAN     changes it: none (pay as you go), essentials, pro or enterprise

${CONSENT_HELP}

AWS's prices: ${PRICES}`;

const ABOUT = { help: HELP, options: CONSENT, positionals: true };

/**
 * `pnpm aws:plan`.
 *
 * @returns the exit code: 1 if the plan was to be changed, and was not
 * @throws AppError `INVALID_OPTION`, `CANCELLED`, and those of `withAccount`
 */
export const plan = command(ABOUT, async (values, [given, another], context: Context = live()) => {
  if (another !== undefined) throw invalid(`Only one plan at a time: leave out "${another}".`);
  const wanted = oneOf("The plan", PLANS, given?.toLowerCase())?.toUpperCase() as
    PricingPlan | undefined;
  return await withAccount(context, async (account) => {
    const before = await account.read();
    console.log(showPlan(before, account.region));
    if (wanted === undefined) return 0;
    const { CurrentPlan, NextPlan } = before.PricingAttributes ?? {};
    if ((NextPlan ?? CurrentPlan) === wanted) {
      console.log("There is nothing to change.");
      return 0;
    }
    console.log(`AWS may bill the new plan at once. Its prices: ${PRICES}`);
    const question = `Change the plan to ${nameOf(wanted)}?`;
    if (!(await agrees(question, values, context.terminal))) return values["dry-run"] ? 0 : 1;
    await account.putPlan(wanted);
    console.log(`Changed. ${showPlan(await account.read(), account.region)}`);
    return 0;
  });
});

function showPlan({ PricingAttributes }: GetAccountResponse, region: string): string {
  const { CurrentPlan, NextPlan } = PricingAttributes ?? {};
  if (!CurrentPlan) return `SES names no plan of the account in ${region}.`;
  const next = NextPlan && NextPlan !== CurrentPlan;
  return [
    `The account's plan in ${region} is ${nameOf(CurrentPlan)}.`,
    ...(next ? [`From the start of next month it is ${nameOf(NextPlan)}.`] : []),
  ].join(" ");
}

const nameOf = (name: PricingPlan) => (name === "NONE" ? "NONE (pay as you go)" : name);
