import { type Recipe, all, copyOf, insert, replace, shown } from "./recipe.ts";

const web = "apps/web/src";
const emails = "packages/templates/src/emails";

const schema = "packages/db/prisma/schema.prisma";
const accountTables = "packages/accounts/src/person/account-tables.ts";

const table: Recipe = {
  title: "A table of your own, with a page",
  edits: {
    [schema]: all(
      insert("  sessions      Session[]\n", "  notes         Note[]\n"),
      (text) => `${text}\n${shown(schema)}`,
    ),
    [`${web}/pages/notes.tsx`]: () => `import type { Db } from "@repo/db";
import { Router } from "express";
import { sendAnswer } from "../http/answer.tsx";
import { fields } from "../http/fields.ts";
import { formPage } from "../http/form-page.ts";
import { loggedIn, userOf } from "../http/logged-in.tsx";
import { Field, FormCard } from "../ui/form.tsx";
import { Layout } from "../ui/layout.tsx";

export function notes(db: Db): Router {
  const router = Router();
  router.use("/notes", loggedIn);
  router.get("/notes", async (req, res) => {
    const mine = await db.note.findMany({ where: { userId: userOf(res).id } });
    sendAnswer(req, res, {
      json: { notes: mine.map(({ text }) => text) },
      page: (
        <Layout title="Notes">
          <ul>
            {mine.map(({ id, text }) => (
              <li key={id}>{text}</li>
            ))}
          </ul>
        </Layout>
      ),
    });
  });
  router.use(
    formPage({
      path: "/notes/new",
      fields: { name: fields.name },
      view: (form) => (
        <FormCard title="New note" form={form} submit="Keep">
          <Field form={form} name="name" label="Note" autoComplete="off" />
        </FormCard>
      ),
      async submit({ name }, res) {
        await db.note.create({ data: { userId: userOf(res).id, text: name } });
        return { status: 201, json: { text: name }, page: "/notes" };
      },
    }),
  );
  return router;
}
`,
    [accountTables]: insert(
      "export const ACCOUNT_TABLES: PersonTable<Person>[] = [\n",
      shown(accountTables),
    ),
    [`${web}/app.ts`]: all(
      insert(
        'import { home } from "./pages/home.tsx";\n',
        'import { notes } from "./pages/notes.tsx";\n',
      ),
      insert("  app.use(home());\n", "  app.use(notes(db));\n"),
    ),
  },
  after: [["db:migrate", "--name notes"]],
};

const order = `${emails}/order-placed`;

const twoLanguages: Recipe = {
  title: "An email in two languages",
  edits: {
    [`${order}/en.ts`]: () => `import { brand } from "@repo/brand";
import type { Texts } from "../../template.tsx";
import type { schema } from "./schema.ts";

export const en = {
  subject: ({ number }) => \`Your order \${number} at \${brand.name}\`,
  preheader: ({ items }, { plural }) =>
    \`We have your order of \${plural(items.length, { one: "# thing", other: "# things" })}. It is on its way soon.\`,
  reason: \`You get this email because you ordered at \${brand.name}.\`,
  title: ({ number }) => \`Order \${number}\`,
  picture: "A parcel, ready to go",
  soon: "We have your order, and tell you as soon as it is on its way:",
  toAccount: "See my account",
  notYou: "You did not order? Write to the address below.",
} satisfies Texts<typeof schema>;
`,
    [`${order}/de.ts`]: () => `import { brand } from "@repo/brand";
import type { en } from "./en.ts";

export const de: typeof en = {
  subject: ({ number }) => \`Deine Bestellung \${number} bei \${brand.name}\`,
  preheader: ({ items }, { plural }) =>
    \`Wir haben deine Bestellung von \${plural(items.length, { one: "# Sache", other: "# Sachen" })}. Sie ist bald unterwegs.\`,
  reason: \`Du bekommst diese E-Mail, weil du bei \${brand.name} bestellt hast.\`,
  title: ({ number }) => \`Bestellung \${number}\`,
  picture: "Ein Paket, fertig zum Versand",
  soon: "Wir haben deine Bestellung und melden uns, sobald sie unterwegs ist:",
  toAccount: "Zu meinem Konto",
  notYou: "Du hast nichts bestellt? Schreib an die Adresse unten.",
};
`,
    [`${order}/template.tsx`]: all(
      replace("{ brand, publicUrl }", "{ publicUrl }"),
      insert(
        'from "../../template.tsx";\n',
        'import { de } from "./de.ts";\nimport { en } from "./en.ts";\n',
      ),
      replace("Template<typeof schema>", "Template<typeof schema, typeof en>"),
      (text) => text.replace(/texts: \{.*?de: "en",\n {2}\},/s, "texts: { en, de },"),
      replace("({ name, number, items, url }) =>", "({ name, items, url }, t) =>"),
      replace("{`Order ${number}`}", "{t.title}"),
      replace('alt="A parcel, ready to go"', "alt={t.picture}"),
      replace("We have your order, and tell you as soon as it is on its way:", "{t.soon}"),
      replace("See my account", "{t.toAccount}"),
      replace("You did not order? Write to the address below.", "{t.notYou}"),
    ),
  },
};

const field: Recipe = {
  title: "A field at sign-up",
  edits: {
    // Existing accounts have no value, so the column needs a default or null.
    "packages/db/prisma/schema.prisma": insert(
      "model User {\n",
      '  phone           String    @default("")\n',
    ),
    [`${web}/http/fields.ts`]: insert(
      "export const fields = {\n",
      `  phone: text(say("noPhone")).trim().min(1, say("noPhone")).max(30, say("phoneTooLong")),
`,
    ),
    [`${web}/texts/en.tsx`]: all(
      insert('    name: "Name",\n', '    phone: "Phone",\n'),
      insert(
        '    noName: "Enter your name.",\n',
        '    noPhone: "Enter your phone number.",\n    phoneTooLong: "Use at most 30 characters.",\n',
      ),
    ),
    [`${web}/texts/de.tsx`]: all(
      insert('    name: "Name",\n', '    phone: "Telefon",\n'),
      insert(
        '    noName: "Gib deinen Namen ein.",\n',
        '    noPhone: "Gib deine Telefonnummer ein.",\n    phoneTooLong: "Nimm höchstens 30 Zeichen.",\n',
      ),
    ),
    [`${web}/pages/profile-fields.tsx`]: all(
      replace("{ name: fields.name }", "{ name: fields.name, phone: fields.phone }"),
      replace(
        'return <Field form={form} name="name" label={useTexts().form.name} autoComplete="name" />;',
        `return (
    <>
      <Field form={form} name="name" label={useTexts().form.name} autoComplete="name" />
      <Field form={form} name="phone" label={useTexts().form.phone} type="tel" autoComplete="tel" />
    </>
  );`,
      ),
    ),
    "packages/accounts/src/profile.ts": insert("  name: string;\n", "  phone?: string;\n"),
    "packages/accounts/src/person/account-tables.ts": replace(
      'given: ["id", "name",',
      'given: ["id", "phone", "name",',
    ),
    [`${web}/test-app.ts`]: replace('{ name: "Sam",', '{ name: "Sam", phone: "+49 30 1234567",'),
  },
  after: [["db:migrate", "--name phone"]],
};

const setting: Recipe = {
  title: "A setting",
  edits: {
    ".env.example": (text) => `${text}
# What the home page says first.
GREETING="Good morning"
`,
    [`${web}/env.ts`]: (text) =>
      text.replace(/^( {4}TRUST_PROXY: .*\n)/m, '$1    GREETING: z.string().default("Hello"),\n'),
    [`${web}/serve.ts`]: insert(
      "    trustProxy: env.TRUST_PROXY,\n",
      "    greeting: env.GREETING,\n",
    ),
    [`${web}/app.ts`]: all(
      insert(
        "  trustProxy: number;\n",
        "  /** GREETING: what the home page says first. */\n  greeting: string;\n",
      ),
      insert("  appUrl,\n  trustProxy,\n", "  greeting,\n"),
      replace("home()", "home(greeting)"),
    ),
    [`${web}/test-app.ts`]: insert("    trustProxy: 0,\n", '    greeting: "Hello",\n'),
    [`${web}/pages/home.tsx`]: all(
      replace("home(): Router", "home(greeting: string): Router"),
      replace(
        "<Home user={res.locals.user} />",
        "<Home user={res.locals.user} greeting={greeting} />",
      ),
      replace(
        "function Home({ user }: { user: SessionUser | undefined }) {",
        "function Home({ user, greeting }: { user: SessionUser | undefined; greeting: string }) {",
      ),
      replace(
        "        <p>{t.home.about}</p>\n",
        "        <p>{greeting}</p>\n        <p>{t.home.about}</p>\n",
      ),
    ),
  },
};

const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII=",
  "base64",
);

const brand: Recipe = {
  title: "A brand of your own, with a logo and other files",
  edits: {
    "packages/brand/brand.json": all(
      (text) => text.replace(/"name": ".*"/, '"name": "Kettle & Daughters"'),
      replace('"logo": null', '"logo": { "file": "logo.png", "width": 120, "height": 32 }'),
    ),
    "apps/web/public/logo.png": () => PNG,
    "apps/web/public/terms.html": () => "<!doctype html><title>Terms</title>\n",
  },
};

const outcomes: Recipe = {
  title: "React to a bounce or a delivery",
  edits: {
    "packages/accounts/src/on-events.ts": replace(
      "= undefined;",
      `= async (tx, events) => {
  for (const { messageId, type } of events) {
    if (type !== "Complaint") continue;
    const { toKey } = await tx.message.findUniqueOrThrow({ where: { id: messageId } });
    const user = await tx.user.findFirst({ where: { emailKey: toKey } });
    if (user) await tx.note.create({ data: { userId: user.id, text: "complained" } });
  }
};`,
    ),
  },
};

const noWelcome: Recipe = {
  title: "No welcome email",
  edits: {
    [`${emails}/welcome/schema.ts`]: () => undefined,
    [`${emails}/welcome/template.tsx`]: () => undefined,
    [`${emails}/welcome/en.ts`]: () => undefined,
    [`${emails}/welcome/de.ts`]: () => undefined,
    [`${web}/accounts/welcome.test.ts`]: () => undefined,
    [`${emails}/schemas.ts`]: replace(
      'export { schema as "welcome" } from "./welcome/schema.ts";\n',
      "",
    ),
    [`${emails}/templates.ts`]: replace(
      'export { template as "welcome" } from "./welcome/template.tsx";\n',
      "",
    ),
    "packages/accounts/src/verify-email.ts": all(
      replace("{ db, secret, enqueue, url }", "{ db, secret }"),
      (text) =>
        text.replace(/^ +await enqueue\(tx, \{\n +template: "welcome",[^]*?\n +\}\);\n/m, ""),
    ),
  },
};

const texts = "packages/templates/src/texts";

/** Copies what a file says in English. */
const inFrench = (file: string) => copyOf(file, (text) => text.replace("const en =", "const fr ="));
/** Adds French to a record of languages. */
const withFrench = (folder: string, file: string) =>
  all(
    insert(
      `import { en } from "${folder}/${file}";\n`,
      `import { fr } from "${folder}/${file.replace("en", "fr")}";\n`,
    ),
    replace("{ en, de };", "{ en, de, fr };"),
  );
/** Says of an email that people who read French get it in English. */
const sentInEnglish = (text: string) =>
  text
    .replace("texts: { en, de },", 'texts: { en, de, fr: "en" },')
    .replace('texts: { en, de: "en" },', 'texts: { en, de: "en", fr: "en" },')
    .replace(/\n {4}de: "en",\n/, (german) => `${german}    fr: "en",\n`);
/** Repeats the English text of each category. */
const describedInFrench = (text: string) =>
  text.replaceAll(/^ {6}en: (\{.*?\}),\n(?= {6}de:)/gms, "$&      fr: $1,\n");

const language: Recipe = {
  title: "Another language",
  edits: {
    "packages/locales/src/locales.ts": replace('["en", "de"]', '["en", "de", "fr"]'),
    [`${texts}/fr.tsx`]: inFrench(`${texts}/en.tsx`),
    "packages/templates/src/language.ts": withFrench("./texts", "en.tsx"),
    "packages/templates/src/categories.ts": describedInFrench,
    [`${web}/texts/fr.tsx`]: inFrench(`${web}/texts/en.tsx`),
    [`${web}/texts/texts.ts`]: withFrench(".", "en.tsx"),
    "packages/accounts/src/texts/fr.ts": inFrench("packages/accounts/src/texts/en.ts"),
    "packages/accounts/src/errors.ts": withFrench("./texts", "en.ts"),
  },
  forEach: { files: `${emails}/*/template.tsx`, edit: sentInEnglish },
};

/** In the order of docs/recipes.md. The test applies them to one clone, one after the other. */
export const recipes: Recipe[] = [
  twoLanguages,
  table,
  field,
  setting,
  brand,
  outcomes,
  noWelcome,
  language,
];
