import { AwsRestJsonProtocol } from "@aws-sdk/core/protocols";
import { JsonCodec } from "@smithy/core/protocols";

type Settings = ConstructorParameters<typeof AwsRestJsonProtocol>[0];

/**
 * SES's protocol, with less CPU for a long string. The SDK's second codec for JSON, the default,
 * writes each character itself; its first one uses `JSON.stringify`. The figures are in
 * docs/decisions/delivery.md.
 */
export class SesProtocol extends AwsRestJsonProtocol {
  constructor(settings: Settings) {
    const { settings: json } = new AwsRestJsonProtocol(settings).getPayloadCodec();
    super({ ...settings, jsonCodec: new JsonCodec(json) });
  }

  override async serializeRequest(...args: Parameters<AwsRestJsonProtocol["serializeRequest"]>) {
    const request = await super.serializeRequest(...args);
    // Otherwise the length, the signature and the socket each encode the body as UTF-8.
    if (typeof request.body === "string") request.body = Buffer.from(request.body);
    return request;
  }
}
