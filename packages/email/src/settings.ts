// Settings that several programs read in the same way. `keys.ts` has those with keys.
import { z } from "zod";
import { parseAddress } from "./address.ts";
import { parseAllowList } from "./allow-list.ts";
import { EmailError } from "./error.ts";
import { isTopicArn } from "./events/sns/topic.ts";
import { parseMailbox } from "./mailbox.ts";

/** EMAIL_FROM. If the sender is not a mailbox, SES refuses every message for good. */
export const SenderSetting = read((from) => {
  parseMailbox(from);
  return from;
}, "must be an address, or Name <address>");

/** EMAIL_ALLOW_TO. */
export const AllowToSetting = read(
  parseAllowList,
  "must be addresses and domains, separated by commas",
);

/** EMAIL_REDIRECT_TO. */
export const RedirectToSetting = read((to) => parseAddress(to).address, "must be an address");

/** SES_EVENTS_TOPIC_ARN. */
export const TopicArnSetting = z
  .string()
  .refine(isTopicArn, "must be the ARN of the SNS topic that SES publishes its events to");

/** The value of `parse`. A text that it refuses is an issue with this message. */
function read<Value>(parse: (text: string) => Value, message: string) {
  return z.string().transform((text, context): Value => {
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof EmailError)) throw error;
      context.addIssue(message);
      return z.NEVER;
    }
  });
}
