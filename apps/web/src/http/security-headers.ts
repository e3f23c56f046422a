import type { RequestHandler } from "express";
import helmet from "helmet";

/** The headers that tell browsers what a page may do: the content security policy and others. */
export function securityHeaders(appUrl: string): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'"],
        scriptSrc: ["'self'"],
        connectSrc: ["'self'"],
        imgSrc: ["'self'", "data:"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
      },
    },
    xFrameOptions: { action: "deny" },
    // Browsers ignore this header on http (RFC 6797, 8.1).
    strictTransportSecurity: appUrl.startsWith("https:"),
    // helmet's own "no-referrer" makes browsers send "Origin: null" with our forms.
    referrerPolicy: { policy: "strict-origin" },
  });
}
