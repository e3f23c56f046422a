import * as base64 from "nodemailer/lib/base64";
import type MimeNode from "nodemailer/lib/mime-node";
import * as qp from "nodemailer/lib/qp";

/**
 * Builds a composed message. Its contents must be strings and buffers, and text must have CRLF.
 * nodemailer's own build() takes 0.2 ms more, because it passes each content through streams.
 */
export function buildMime(node: MimeNode): Buffer {
  const parts: (string | Buffer)[] = [];
  addNode(node, parts);
  return Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : part)));
}

function addNode(node: MimeNode, parts: (string | Buffer)[]): void {
  // nodemailer would encode a text file all the same.
  if (node.getHeader("Content-Transfer-Encoding") === "7bit") {
    node.getTransferEncoding = () => "7bit";
  }
  parts.push(node.buildHeaders(), "\r\n\r\n");
  const { content, boundary } = node;
  if (typeof content === "string" || Buffer.isBuffer(content)) {
    parts.push(encode(content, node.getTransferEncoding()), "\r\n");
  }
  for (const child of node.childNodes) {
    parts.push(`--${boundary}\r\n`);
    addNode(child, parts);
  }
  if (boundary) parts.push(`--${boundary}--\r\n`);
}

function encode(content: string | Buffer, encoding: string | false): string | Buffer {
  if (encoding === "quoted-printable") return qp.wrap(qp.encode(content));
  if (encoding === "base64") return base64.wrap(base64.encode(content));
  return content;
}
