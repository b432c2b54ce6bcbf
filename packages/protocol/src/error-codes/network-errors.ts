import { EXIT, type ErrorCode } from './error-code.ts';

export const NETWORK_ERRORS = {
  LISTEN_INSECURE: {
    meaning: 'Other machines could reach the gateway without TLS.',
    remedy:
      'Set gateway.listen.tls, or gateway.listen.trustedProxies to the addresses of a proxy that terminates TLS.',
    exit: EXIT.usage,
  },
  TLS_CERTIFICATE_UNUSABLE: {
    meaning: "Can't use the TLS certificate or its private key.",
    remedy:
      'Check the files in gateway.listen.tls: PEM, a valid certificate first, the key that belongs to it, and chmod 600 for the key.',
    exit: EXIT.usage,
  },
  HTTPS_REQUIRED: {
    meaning: 'The request was sent without TLS.',
    remedy: 'Use the https:// address. If the request had a key, replace that key.',
    exit: EXIT.usage,
  },
} as const satisfies Record<string, ErrorCode>;
