import {
  GetAccountCommand,
  type GetAccountResponse,
  type PricingPlan,
  PutAccountDetailsCommand,
  type PutAccountDetailsRequest,
  PutAccountPricingAttributesCommand,
} from "@aws-sdk/client-sesv2";
import { AppError } from "@repo/errors";
import { type Clients, createClients } from "../doctor/clients.ts";
import { SETTINGS, type Settings, readSettings, standsIn } from "../doctor/settings.ts";
import { readEnv } from "../env.ts";
import { explainCall } from "./explain-call.ts";
import { type Terminal, openTerminal } from "./terminal.ts";

/** What the commands about the account take from outside. */
export interface Context {
  /** The settings by name; `""` counts as not set. */
  source: Record<string, string | undefined>;
  clients: (region: string) => Clients;
  terminal: Terminal;
}

export function live(): Context {
  const { setting } = readEnv({ likeDev: true });
  const source = Object.fromEntries(SETTINGS.map((name) => [name, setting(name)]));
  return { source, clients: createClients, terminal: openTerminal() };
}

/** SES's settings of the account in one region. */
export interface SesAccount {
  region: string;
  settings: Settings;
  read(): Promise<GetAccountResponse>;
  /** SES forgets details that are left out. */
  putDetails(details: PutAccountDetailsRequest): Promise<void>;
  putPlan(plan: PricingPlan): Promise<void>;
}

/**
 * Opens the account of the settings, and closes it afterwards.
 *
 * @throws AppError `NO_REGION`, `STAND_IN`; each call of the account throws those of `explainCall`
 */
export async function withAccount<T>(
  { source, clients: createFor }: Context,
  use: (account: SesAccount) => Promise<T>,
): Promise<T> {
  const { settings } = readSettings(source, false);
  const { AWS_REGION: region } = settings;
  if (!region) {
    throw new AppError(
      "NO_REGION",
      "AWS_REGION is not set: set it, or run pnpm aws:env. An account has these settings in each region.",
    );
  }
  if (standsIn(settings)) {
    throw new AppError(
      "STAND_IN",
      "The settings name ses-local, which has no AWS account behind it. Run pnpm aws:env first, or set AWS_ENDPOINT_URL_SESV2 to empty.",
    );
  }
  const clients = createFor(region);
  const call = async <R>(action: string, answer: Promise<R>): Promise<R> =>
    await answer.catch((error: unknown) => {
      throw explainCall(action, region, error);
    });
  try {
    return await use({
      region,
      settings,
      read: () => call("ses:GetAccount", clients.ses.send(new GetAccountCommand({}))),
      putDetails: async (details) => {
        await call(
          "ses:PutAccountDetails",
          clients.ses.send(new PutAccountDetailsCommand(details)),
        );
      },
      putPlan: async (Plan) => {
        await call(
          "ses:PutAccountPricingAttributes",
          clients.ses.send(new PutAccountPricingAttributesCommand({ Plan })),
        );
      },
    });
  } finally {
    clients.close();
  }
}
