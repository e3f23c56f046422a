import type { Db } from "@repo/db";
import { canBeTurnedOff, findPreferences, setPreferences } from "@repo/email/preferences";
import type { Locale } from "@repo/locales";
import { Router } from "express";
import { z } from "zod";
import { isJson, sendAnswer } from "../http/answer.tsx";
import { readBody } from "../http/body.ts";
import { HttpError, methodNotAllowed } from "../http/errors.tsx";
import { preferLanguage } from "../http/language.ts";
import { useFormats, useTexts } from "../texts/texts.ts";
import { Notice } from "../ui/notice.tsx";
import { type PreferencesConfig, tokenOf } from "./unsubscribe.tsx";

/** A category that can be turned off, and whether the person wants it. */
interface Switch {
  category: string;
  name: string;
  about: string;
  wanted: boolean;
}

/**
 * `/email-preferences?token=…`: which email a person gets. It needs no log-in, as most people who
 * get email are not logged in. It does not show the address, so a stranger who finds a link learns
 * nothing.
 */
export function emailPreferences(db: Db, { categories, links }: PreferencesConfig): Router {
  const optional = Object.keys(categories).filter((name) => canBeTurnedOff(categories, name));
  const always = Object.keys(categories).filter((name) => !optional.includes(name));
  const alwaysIn = (locale: Locale) =>
    always.map((category) => categories[category]?.texts[locale].name ?? "");
  // A form sends one field for each checked box.
  const listOf = <T extends z.ZodType>(item: T) =>
    z.preprocess((value = []) => (Array.isArray(value) ? value : [value]), z.array(item));
  const Input = z.strictObject({
    wanted: listOf(z.enum(optional)),
    /** The boxes that were checked when the page was shown, and "". Only the page sends it. */
    shown: listOf(z.string()),
  });

  async function switchesOf(address: string, locale: Locale): Promise<Switch[]> {
    const chosen = await findPreferences(db, address);
    return optional.map((category) => {
      const { texts, byDefault } = categories[category] ?? {};
      const { name = "", about = "" } = texts?.[locale] ?? {};
      const choice = chosen.find((each) => each.category === category);
      return { category, name, about, wanted: choice?.wanted ?? byDefault === "on" };
    });
  }

  const router = Router();
  router
    .route("/email-preferences")
    .get(async (req, res) => {
      const token = tokenOf(req);
      const { address, locale } = links.openPreferences(token);
      preferLanguage(res, locale);
      const switches = await switchesOf(address, res.locals.locale);
      const names = alwaysIn(res.locals.locale);
      sendAnswer(req, res, {
        json: { categories: switches },
        page: <Preferences token={token} switches={switches} always={names} />,
      });
    })
    .post(...readBody, async (req, res) => {
      const token = tokenOf(req);
      const { address, locale } = links.openPreferences(token);
      preferLanguage(res, locale);
      const input = Input.safeParse(req.body);
      // A form without a checked box has no `wanted`. A program that leaves it out has forgotten
      // it.
      const isForgotten = isJson(req) && !Object.hasOwn(req.body as object, "wanted");
      if (!input.success || isForgotten) {
        const names = optional.join(", ");
        throw new HttpError(422, "INVALID_INPUT", `Send "wanted", each one of: ${names}.`);
      }
      // An old page changes only the boxes that the person has changed. It must not turn on again
      // what they have turned off since.
      const { wanted: checked, shown } = input.data;
      const changed = optional.filter(
        (category) => shown.length === 0 || shown.includes(category) !== checked.includes(category),
      );
      const wanted = Object.fromEntries(
        changed.map((category) => [category, checked.includes(category)]),
      );
      await setPreferences(db, categories, { address, wanted, changedBy: "page" });
      const switches = await switchesOf(address, res.locals.locale);
      const names = alwaysIn(res.locals.locale);
      sendAnswer(req, res, {
        json: { categories: switches },
        page: <Preferences token={token} switches={switches} always={names} isSaved />,
      });
    })
    .all(methodNotAllowed("GET", "POST"));
  return router;
}

function Preferences(props: {
  token: string;
  switches: Switch[];
  /** The names of categories that cannot be turned off. */
  always: string[];
  isSaved?: boolean;
}) {
  const { token, switches, always, isSaved } = props;
  const t = useTexts().emailPreferences;
  const { list } = useFormats();
  return (
    <Notice title={t.title}>
      {isSaved && (
        <p className="done">
          <output>{t.saved}</output>
        </p>
      )}
      <p>{t.intro}</p>
      <form method="post" action={`/email-preferences?token=${token}`}>
        {["", ...switches.filter(({ wanted }) => wanted).map(({ category }) => category)].map(
          (category) => (
            <input type="hidden" name="shown" value={category} key={category} />
          ),
        )}
        {switches.map(({ category, name, about, wanted }) => (
          <div className="choice" key={category}>
            <input
              type="checkbox"
              id={category}
              name="wanted"
              value={category}
              defaultChecked={wanted}
              aria-describedby={`${category}-about`}
            />
            <div>
              <label htmlFor={category}>{name}</label>
              <p className="hint" id={`${category}-about`}>
                {about}
              </p>
            </div>
          </div>
        ))}
        <button className="primary">{t.save}</button>
      </form>
      <p className="fine">{t.always(list(always))}</p>
    </Notice>
  );
}
