import type { Json } from "../json.ts";

const NAMESPACE = "http://ses.amazonaws.com/doc/2010-12-01/";

/** The answer of an action. */
export function responseXml(action: string, result: Json, requestId: string): string {
  const members = Object.entries(result)
    .map(([name, value]) => `    <${name}>${escape(String(value))}</${name}>\n`)
    .join("");
  return `<${action}Response xmlns="${NAMESPACE}">
  <${action}Result>
${members}  </${action}Result>
  <ResponseMetadata>
    <RequestId>${requestId}</RequestId>
  </ResponseMetadata>
</${action}Response>
`;
}

/** An error. */
export function errorXml(
  { code, message, status }: { code: string; message: string; status: number },
  requestId: string,
): string {
  return `<ErrorResponse xmlns="${NAMESPACE}">
  <Error>
    <Type>${status < 500 ? "Sender" : "Receiver"}</Type>
    <Code>${escape(code)}</Code>
    <Message>${escape(message)}</Message>
  </Error>
  <RequestId>${requestId}</RequestId>
</ErrorResponse>
`;
}

function escape(text: string): string {
  return (
    text
      // XML 1.0 cannot contain these, not even escaped.
      // oxlint-disable-next-line no-control-regex
      .replaceAll(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, "\ufffd")
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
  );
}
