import { cutRandomly, mutateBytes } from './mutations.ts';
import type { Random } from './random.ts';

/** The answer that would be right, its type, and the key that the gateway sent. */
interface Hostile {
  readonly answer: Buffer;
  readonly type: string;
  readonly key: string;
}

const STATUSES = [
  '400 Bad Request',
  '401 Unauthorized',
  '402 Payment Required',
  '403 Forbidden',
  '404 Not Found',
  '408 Request Timeout',
  '413 Too Large',
  '418 Teapot',
  '429 Too Many Requests',
  '500 Internal Server Error',
  '501 Not Implemented',
  '503 Service Unavailable',
  '529 Overloaded',
  '599 Odd',
  '204 No Content',
  '304 Not Modified',
  '302 Found',
  '299 Fine',
] as const;

const HEADERS = [
  'retry-after: 0',
  'retry-after: -1',
  'retry-after: 99999999999999999999',
  'retry-after: Wed, 21 Oct 2099 07:28:00 GMT',
  'retry-after-ms: 1e3',
  'x-should-retry: maybe',
  'content-encoding: gzip',
  'content-encoding: br, gzip, zstd',
  'content-type: text/html',
  'content-type: application/json; charset=utf-16',
  'set-cookie: session=1',
  'connection: upgrade',
  'upgrade: websocket',
  'location: http://169.254.169.254/',
  'x-request-id: a\tb',
  'transfer-encoding: chunked',
  'content-length: 0',
  'anthropic-ratelimit-requests-remaining: 0',
] as const;

/** Ways to respond, each as often as it is listed; the pieces are written one by one. */
const WAYS: readonly [Way, ...Way[]] = [
  ({ answer, typed }, random) => cutRandomly(response('200 OK', typed, answer), random),
  ({ answer, typed }, random) => cutRandomly(response('200 OK', typed, answer), random),
  changedAnswer,
  changedAnswer,
  changedAnswer,
  ({ typed, echo }, random) => cutRandomly(response(random.pick(STATUSES), typed, echo), random),
  ({ answer, odd, echo }, random) =>
    cutRandomly(response(random.pick(STATUSES), odd, random.chance(0.5) ? echo : answer), random),
  ({ answer, typed }, random) =>
    cutRandomly(mutateBytes(response('200 OK', typed, answer), random), random),
  ({ answer, typed }, random) => {
    const whole = response('200 OK', typed, answer);
    return cutRandomly(whole.subarray(0, random.below(whole.length)), random);
  },
  ({ answer, odd }, random) => cutRandomly(response('200 OK', odd, answer), random),
  ({ answer, typed, key }, random) => {
    const headers = [`x-note: ${key}`, ...typed];
    return cutRandomly(response('200 OK', headers, withKey(answer, key, random)), random);
  },
  ({ typed }, random) => (random.chance(0.1) ? hugeEvent(typed) : []),
  (_parts, random) => [
    Buffer.from(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(random.below(80_000))}\r\n\r\n`),
  ],
];

interface Parts {
  readonly answer: Buffer;
  readonly key: string;
  readonly typed: readonly string[];
  /** `typed` with headers that don't belong there. */
  readonly odd: readonly string[];
  /** An error with the key. */
  readonly echo: Buffer;
}

type Way = (parts: Parts, random: Random) => readonly Buffer[];

/** What a hostile upstream writes instead of the answer. */
export function hostilePieces({ answer, type, key }: Hostile, random: Random): readonly Buffer[] {
  const typed = [`content-type: ${type}`];
  const odd = [...typed, random.pick(HEADERS), random.pick(HEADERS)];
  const echo = Buffer.from(`{"error":{"message":"bad key ${key}","type":"${key}"}}`);
  return random.pick(WAYS)({ answer, key, typed, odd, echo }, random);
}

function changedAnswer({ answer, typed }: Parts, random: Random): readonly Buffer[] {
  return cutRandomly(response('200 OK', typed, mutateBytes(answer, random)), random);
}

/** The key somewhere in the answer, as a server that repeats its request would send it. */
function withKey(answer: Buffer, key: string, random: Random): Buffer {
  const at = random.below(answer.length);
  return Buffer.concat([answer.subarray(0, at), Buffer.from(key), answer.subarray(at)]);
}

/** 40 MB without the end of a line, which is more than an event may have. */
function hugeEvent(typed: readonly string[]): readonly Buffer[] {
  const piece = Buffer.alloc(1024 * 1024, 'z');
  const head = Buffer.from(`HTTP/1.1 200 OK\r\n${typed.join('\r\n')}\r\n\r\ndata: {"z":"`);
  return [head, ...Array.from({ length: 40 }, () => piece)];
}

/** Returns a response without a length, so that the end of the connection ends the body. */
export function response(status: string, headers: readonly string[], body: Buffer): Buffer {
  const head = [`HTTP/1.1 ${status}`, ...headers, 'connection: close', '', ''].join('\r\n');
  return Buffer.concat([Buffer.from(head, 'latin1'), body]);
}
