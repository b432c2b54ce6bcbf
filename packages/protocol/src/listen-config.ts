import * as v from 'valibot';
import { exactAddressRange } from './address-range.ts';
import { absolutePath, hostName } from './forms.ts';

const port = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535));

/** `gateway.listen`: where a gateway without a page listens, and for whom. */
export const listenConfig = v.strictObject({
  /** The IP address to listen on. `localhost`: both loopback addresses. */
  host: v.optional(v.union([v.literal('localhost'), v.pipe(v.string(), v.ip())]), 'localhost'),
  /** Default: `port` of the configuration. */
  port: v.exactOptional(port),
  tls: v.exactOptional(
    v.strictObject({
      /** The server's certificate, followed by its chain, PEM. Read again when the file changes. */
      certificate: v.exactOptional(absolutePath),
      /** Its private key, PEM: a file that is the user's alone. */
      key: v.exactOptional(absolutePath),
      /** Instead of both: a certificate of Postern's own authority on this machine. */
      development: v.exactOptional(v.literal(true)),
      /** The authority of the clients' certificates, PEM. */
      clientCa: v.exactOptional(absolutePath),
      /** `optional`: only a certificate that a client shows is checked. Default with `clientCa`: `required`. */
      clientCertificates: v.exactOptional(v.picklist(['optional', 'required'])),
    }),
  ),
  /** A port without TLS whose only answer is a redirect to the one with TLS. */
  redirectFrom: v.exactOptional(port),
  /** The names that clients use for this gateway. */
  publicHost: v.optional(v.array(hostName), []),
  /** Addresses of proxies that terminate TLS or tell the client's address: `10.0.0.0/8`, `::1`. */
  trustedProxies: v.optional(v.pipe(v.array(exactAddressRange), v.maxLength(1000)), []),
  /** The header in which they tell it. Any other one is the client's own and means nothing. */
  forwardedHeader: v.optional(v.picklist(['x-forwarded-for', 'forwarded']), 'x-forwarded-for'),
});

export type ListenConfig = v.InferOutput<typeof listenConfig>;
