import * as v from 'valibot';
import { NAME } from './id-formats.ts';

/* The formats of short texts in the configuration and in requests of the page. */

export const providerName = v.pipe(v.string(), v.regex(NAME));

/** An HTTP address without user name, password, query and fragment, so that none can carry a key. */
export const endpointUrl = v.pipe(
  v.string(),
  v.maxLength(2000),
  v.regex(/^https?:\/\/[^\s/?#@\\]+(?:\/[^\s?#\\]*)?$/i),
  v.url(),
);

/** What follows an address: plain segments, none of them `.` or `..`, without a slash at the end. */
export const endpointPath = v.pipe(
  v.string(),
  v.maxLength(200),
  v.regex(/^(?:\/(?!\.{1,2}(?:\/|$))[a-z0-9._~-]+)+$/i),
);

/** A time as people write it: a count of 1 to 99999 seconds, minutes, hours or days. */
export const duration = v.pipe(v.string(), v.regex(/^[1-9]\d{0,4}[smhd]$/));

/** The same in milliseconds too, for waits within one request: `250ms`. */
export const delay = v.pipe(v.string(), v.regex(/^[1-9]\d{0,4}(?:ms|[smhd])$/));

/** Scheme, host and port alone. */
export const serverUrl = v.pipe(
  v.string(),
  v.maxLength(2000),
  v.regex(/^https?:\/\/[^\s/?#@\\]+\/?$/i),
  v.url(),
);

/** A host name or an IP address, without scheme, port and path. */
export const hostName = v.pipe(
  v.string(),
  v.maxLength(253),
  v.regex(/^(?:[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?|\[?[0-9a-f:]+(?:[0-9.]+)?\]?)$/i),
);

/** `tls://host:port` or `tcp://host:port`, and nothing else. */
export const receiverAddress = v.pipe(
  v.string(),
  v.maxLength(300),
  v.regex(
    /^(?:tls|tcp):\/\/(?:[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?|\[[0-9a-f:.]+\]):[1-9]\d{0,4}$/i,
  ),
  v.check((text) => Number(/\d+$/.exec(text)?.[0]) <= 65_535),
);

/** A path that does not depend on where a command was started. */
export const absolutePath = v.pipe(
  v.string(),
  v.maxLength(4096),
  v.regex(/^(?:\/|[a-z]:[\\/])[^\0]*$/i),
);

/** `sha256/` and the base64 of a SHA-256 (RFC 7469 §2.4, as curl writes it with one slash). */
export const keyPin = v.pipe(v.string(), v.regex(/^sha256\/[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/));

/** An IANA time zone that this runtime knows, such as `Europe/Berlin`. */
export const timeZone = v.pipe(v.string(), v.minLength(1), v.maxLength(64), v.check(isTimeZone));

function isTimeZone(name: string): boolean {
  try {
    // Without a name, it would be the system's time zone.
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
