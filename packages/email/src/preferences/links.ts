import { parseAddress } from "../address.ts";
import { EmailError } from "../error.ts";
import type { Keys } from "../keys.ts";
import { createSealer } from "../seal.ts";
import type { Categories } from "./categories.ts";

/** Makes and opens the links with which people turn email off. */
export interface PreferenceLinks {
  /**
   * The links of one email: one turns its category off, the other shows all categories.
   *
   * @param locale the language of the email, for the pages
   * @throws EmailError `INVALID_ADDRESS`
   */
  of(
    address: string,
    category: string,
    locale?: string,
  ): { unsubscribe: string; preferences: string };
  /**
   * The link to the preferences of an address, for a page of its owner.
   *
   * @param locale the language of that page
   * @throws EmailError `INVALID_ADDRESS`
   */
  preferencesOf: (address: string, locale?: string) => string;
  /**
   * Reads the token of a link that turns a category off. It touches no table, so it is the same for
   * every address.
   *
   * @throws EmailError `LINK_UNKNOWN` for a token that is not ours, in whatever way it is wrong
   */
  openUnsubscribe(token: string): Opened & { category: string };
  /** Reads the token of any link. @throws as `openUnsubscribe` does */
  openPreferences(token: string): Opened;
}

interface Opened {
  address: string;
  /** Undefined: the link does not say. */
  locale: string | undefined;
}

/** Which email people can turn off, and by which links. */
export interface Optional {
  categories: Categories;
  links: Pick<PreferenceLinks, "of">;
}

// Nobody can use a value that is sealed under the same key for another purpose.
const PURPOSE = "email preferences";
type Parts = [address: string, category?: string | null, locale?: string | null];
const TOKEN = /^[\w-]{1,1000}$/;

/**
 * A link's token is the address, the category and the language, sealed under the newest key, with
 * the key's id. Sealing hides the address and proves that the token is ours. A token never expires:
 * it opens as long as its key is in the list (docs/decisions/unsubscribe.md).
 *
 * @param config.keys UNSUBSCRIBE_KEY
 * @param config.appUrl where people reach the app
 */
export function createPreferenceLinks({
  keys,
  appUrl,
}: {
  keys: Keys;
  appUrl: string;
}): PreferenceLinks {
  const sealer = createSealer(keys);

  function tokenOf(address: string, locale?: string, category?: string): string {
    const sealed = sealer.seal(PURPOSE, [parseAddress(address).key, category, locale]);
    return sealed.toString("base64url");
  }

  function open(token: string): Opened & { category: string | undefined } {
    if (!TOKEN.test(token)) throw unknown();
    const sealed = Buffer.from(token, "base64url");
    // Another spelling of the same bytes is not ours: base64url ignores its last bits.
    if (sealed.toString("base64url") !== token) throw unknown();
    try {
      // Older links say only the address, or the address and the category. JSON has no undefined.
      const [address, category, locale] = sealer.open(PURPOSE, sealed) as Parts;
      return { address, category: category ?? undefined, locale: locale ?? undefined };
    } catch (cause) {
      throw unknown(cause);
    }
  }

  const link = (path: string, token: string) => new URL(`${path}?token=${token}`, appUrl).href;

  return {
    of(address, category, locale) {
      const token = tokenOf(address, locale, category);
      return {
        unsubscribe: link("/unsubscribe", token),
        preferences: link("/email-preferences", token),
      };
    },
    preferencesOf: (address, locale) => link("/email-preferences", tokenOf(address, locale)),
    openUnsubscribe(token) {
      const { category, ...opened } = open(token);
      if (category === undefined) throw unknown();
      return { ...opened, category };
    },
    openPreferences(token) {
      const { address, locale } = open(token);
      return { address, locale };
    },
  };
}

function unknown(cause?: unknown): EmailError {
  return new EmailError(
    "LINK_UNKNOWN",
    "This link is not one of ours, or a part of it is missing. Open it from the email.",
    { cause },
  );
}
