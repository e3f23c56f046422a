import { createTestDb } from "@repo/db/testing";
import { createEnqueue } from "@repo/email/enqueue";
import { keysOf } from "@repo/email/keys";
import { startSesLocal } from "@repo/ses-local/client";
import { templates } from "@repo/templates/registry";
import { afterAll, afterEach, expect, it } from "vitest";
import { createWorkers, key } from "./test-workers.ts";

// The example of an email with a file: a receipt, with a PDF of it.

const workers = createWorkers();
const [test, ses] = await Promise.all([createTestDb(), startSesLocal()]);
afterEach(() => workers.kill());
afterAll(() => Promise.all([ses.stop(), test.drop()]));

/** A PDF of one page by hand (ISO 32000-1, 7.5). Real ones need a library: for fonts, for a start. */
function onePage(lines: string[]): Buffer {
  const shown = lines.map((line) => `(${line.replace(/[\\()]/g, "\\$&")}) Tj T*`).join("\n");
  const text = `BT /F1 12 Tf 16 TL 72 770 Td\n${shown}\nET`;
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
    `<< /Length ${text.length} >>\nstream\n${text}\nendstream`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
  ];
  let file = "%PDF-1.4\n";
  const offsets = objects.map((object, index) => {
    const offset = file.length;
    file += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(offset).padStart(10, "0")} 00000 n \n`;
  });
  const count = objects.length + 1;
  const table = `xref\n0 ${count}\n0000000000 65535 f \n${offsets.join("")}`;
  const trailer = `trailer\n<< /Size ${count} /Root 1 0 R >>\nstartxref\n${file.length}\n%%EOF\n`;
  return Buffer.from(file + table + trailer, "latin1");
}

it("delivers a receipt with its lines as columns of the text, and its PDF unchanged", async () => {
  const pdf = onePage(["Receipt 2026-0017", "Rice, 2 kg (1): EUR 4.20", "Total: EUR 4.20"]);
  const enqueue = createEnqueue({ keys: keysOf(key), templates });
  await enqueue(test.db, {
    template: "receipt",
    to: "sam@example.com",
    props: {
      name: "Sam",
      number: "2026-0017",
      paidOn: "2026-05-04",
      currency: "EUR",
      lines: [{ what: "Rice, 2 kg", quantity: 1, amount: 4.2 }],
      tax: 0.27,
      url: "https://example.com/payments",
    },
    attachments: [
      { filename: "receipt-2026-0017.pdf", contentType: "application/pdf", content: pdf },
    ],
    idempotencyKey: "receipt/2026-0017",
  });
  workers.start(test.url, ses.url);

  const [email] = await ses.inbox({ to: "sam@example.com", wait: 60 });
  expect(email?.text).toMatch(/^Rice, 2 kg +1 +€4\.20$/m);
  expect(email?.attachments).toEqual([
    {
      filename: "receipt-2026-0017.pdf",
      contentType: "application/pdf",
      size: pdf.length,
      inline: false,
    },
  ]);
  const file = await fetch(`${ses.url}/inbox/messages/${email?.id}/attachments/0`);
  expect(Buffer.from(await file.arrayBuffer()).equals(pdf)).toBe(true);
});
