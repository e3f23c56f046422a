import { looksEncoded } from "./encoded-words.ts";
import { EmailError } from "./error.ts";

/** A file that goes with an email. */
export interface Attachment {
  /**
   * With its extension. SES accepts no programs
   * (https://docs.aws.amazon.com/ses/latest/dg/mime-types.html).
   */
  filename: string;
  /** For example `application/pdf`. */
  contentType: string;
  /** A string is sent as UTF-8. */
  content: Uint8Array | string;
  /** Shows the file inside the HTML, where its address is `cid:<contentId>`. */
  contentId?: string;
}

/** A file as it is sealed in a message's row. */
export interface SealedAttachment extends Omit<Attachment, "content"> {
  /** Base64. */
  content: string;
}

// SES states no maximum number of files. It accepts messages of 40 MB, encoded. Our limit is lower
// because a worker has several messages in memory, and each file twice.
const MAX_ATTACHMENTS = 50;
const MAX_ATTACHED_BYTES = 10 * 1024 * 1024;
// https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_Attachment.html
const FILENAME = /^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}/\\]{1,255}$/u;
// Parameters are allowed (RFC 2045 section 5.1): a calendar's type has two (RFC 6047 section 2.4).
const CONTENT_TYPE =
  /^(?!multipart\/)[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?: ?; ?[\w-]+=(?:[\w.+-]+|"[ !#-[\]-~]*"))*$/i;
const CONTENT_ID = /^[\w.@+-]{1,78}$/;
// https://docs.aws.amazon.com/ses/latest/dg/mime-types.html
const UNSUPPORTED = new Set(
  `ade adp app asp bas bat cer chm cmd com cpl crt csh der exe fxp gadget hlp hta inf ins isp its
  js jse ksh lib lnk mad maf mag mam maq mar mas mat mau mav maw mda mdb mde mdt mdw mdz msc msh
  msh1 msh2 mshxml msh1xml msh2xml msi msp mst ops pcd pif plg prf prg reg scf scr sct shb shs sys
  ps1 ps1xml ps2 ps2xml psc1 psc2 tmp url vb vbe vbs vps vsmacros vss vst vsw vxd ws wsc wsf wsh
  xnk`.split(/\s+/),
);

/**
 * Refuses the files that SES would refuse later.
 *
 * @throws EmailError `INVALID_ATTACHMENT`, `ATTACHMENTS_TOO_LARGE`
 */
export function checkAttachments(attachments: Attachment[]): SealedAttachment[] {
  const refuse = (message: string) => new EmailError("INVALID_ATTACHMENT", message);
  if (attachments.length > MAX_ATTACHMENTS) {
    throw refuse(`An email may have ${MAX_ATTACHMENTS} files; this one has ${attachments.length}.`);
  }
  const bytes = attachments.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0);
  if (bytes > MAX_ATTACHED_BYTES) {
    throw new EmailError(
      "ATTACHMENTS_TOO_LARGE",
      `The files of an email may have ${MAX_ATTACHED_BYTES} bytes together; these have ${bytes}. Send links instead.`,
    );
  }
  return attachments.map(({ filename, contentType, content, contentId }, index) => {
    const it = `attachments[${index}]`;
    // Windows drops full stops and spaces at the end of a name: it runs "a.exe. " as a program.
    const extension = /\.([^.]+)$/.exec(filename.replace(/[. ]+$/, ""))?.[1]?.toLowerCase();
    // Some mailers decode an encoded word in it (RFC 2047), and would show another extension.
    if (!FILENAME.test(filename) || extension === undefined || looksEncoded(filename)) {
      throw refuse(
        `The filename of ${it} must be 1 to 255 characters with an extension, without slashes, line breaks or =?.`,
      );
    }
    if (UNSUPPORTED.has(extension)) {
      throw refuse(
        `SES accepts no .${extension} file (${it}). Put it into an archive, or send a link.`,
      );
    }
    if (contentType.length > 78 || !CONTENT_TYPE.test(contentType)) {
      throw refuse(
        `The contentType of ${it} must look like application/pdf and have at most 78 characters.`,
      );
    }
    if (contentId !== undefined && !CONTENT_ID.test(contentId)) {
      throw refuse(
        `The contentId of ${it} must be 1 to 78 characters of A-Z, a-z, 0-9 and _ . @ + -.`,
      );
    }
    const data = typeof content === "string" ? Buffer.from(content) : toBuffer(content);
    if (isMessage(contentType) && !isSevenBit(data)) {
      throw refuse(
        `The content of ${it} must be ASCII in lines of at most 998 characters, because a message must not be encoded (RFC 2046). Put it into an archive.`,
      );
    }
    return {
      filename,
      contentType,
      content: data.toString("base64"),
      ...(contentId !== undefined && { contentId }),
    };
  });
}

/** Whether a file is itself an email, which must not be encoded (RFC 2046 section 5.2.1). */
export const isMessage = (contentType: string) => /^message\/(?!global)/i.test(contentType);

/** Whether the bytes are 7bit data (RFC 2045 section 2.7). */
function isSevenBit(data: Buffer): boolean {
  return data.every((byte) => byte > 0 && byte < 128) && !/[^\n]{1000}/.test(data.toString());
}

/** A Buffer over the same bytes, without a copy. */
function toBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
}
