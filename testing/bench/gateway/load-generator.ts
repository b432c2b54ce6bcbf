// A load generator that does as little as possible, as a separate process. It sends prepared bytes
// over plain sockets, one request at a time on each, and reads only the status, the length and the
// end of a response. Its argument is a LoadOrder in JSON. It prints "measuring" when warm, then a
// LoadResult in JSON.
import { connect, type Socket } from 'node:net';
import type { LoadOrder, LoadResult } from './load.ts';

// eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- written by the benchmark that starts this process
const order = JSON.parse(process.argv[2] ?? '') as LoadOrder;
const request = Buffer.from(
  [
    `POST ${order.path} HTTP/1.1`,
    `host: 127.0.0.1:${order.port}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(order.body)}`,
    ...Object.entries(order.headers).map(([name, value]) => `${name}: ${value}`),
    '',
    order.body,
  ].join('\r\n'),
);

const firstByteMs: number[] = [];
const wholeMs: number[] = [];
let failures = 0;
let measuring = false;
let stopped = false;

/** Sends requests on one connection until stopped, each when the previous response is complete. */
function keepAsking(): void {
  const socket = connect(order.port, '127.0.0.1');
  socket.setNoDelay(true);
  let answer = new Answer();
  const ask = (): void => {
    answer = new Answer();
    socket.write(request);
  };
  socket.on('connect', ask);
  socket.on('data', (chunk) => {
    if (!answer.push(chunk)) return;
    if (measuring) answer.count();
    if (!stopped) ask();
  });
  socket.on('error', () => undefined);
  socket.on('close', () => {
    if (stopped) return;
    if (measuring) failures += 1;
    setTimeout(keepAsking, 10);
  });
  sockets.push(socket);
}

const HEAD_END = Buffer.from('\r\n\r\n');
const LAST_CHUNK = Buffer.from('0\r\n\r\n');

class Answer {
  readonly #askedMs = performance.now();
  #firstByteMs = 0;
  #status = '';
  #length: number | undefined;
  #body = 0;
  #tail: Buffer = Buffer.alloc(0);

  /** Returns true if this chunk completes the response. */
  push(chunk: Buffer): boolean {
    let body = chunk;
    if (this.#status === '') {
      const headEnd = chunk.indexOf(HEAD_END);
      const head = chunk.toString('latin1', 0, headEnd);
      this.#status = head.slice(9, 12);
      const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
      this.#length = length === undefined ? undefined : Number(length);
      body = chunk.subarray(headEnd + HEAD_END.length);
    }
    if (this.#body === 0 && body.length > 0) this.#firstByteMs = performance.now();
    this.#body += body.length;
    this.#tail = body.length >= 400 ? body : Buffer.concat([this.#tail, body]).subarray(-400);
    if (this.#length !== undefined) return this.#body >= this.#length;
    return this.#tail.subarray(-LAST_CHUNK.length).equals(LAST_CHUNK);
  }

  count(): void {
    if (this.#status === '200' && this.#tail.includes(order.lastPartHolds)) {
      wholeMs.push(performance.now() - this.#askedMs);
      firstByteMs.push(this.#firstByteMs - this.#askedMs);
    } else failures += 1;
  }
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const sockets: Socket[] = [];
for (let at = 0; at < order.concurrency; at += 1) {
  setTimeout(keepAsking, (at * order.rampMs) / order.concurrency);
}
await wait(order.warmUpMs);
process.stdout.write('measuring\n');
const cpu = process.cpuUsage();
const begunMs = performance.now();
measuring = true;
await wait(order.measureMs);
measuring = false;
stopped = true;
const seconds = (performance.now() - begunMs) / 1000;
const { user, system } = process.cpuUsage(cpu);
for (const socket of sockets) socket.destroy();
wholeMs.sort((one, other) => one - other);
firstByteMs.sort((one, other) => one - other);
const result: LoadResult = {
  requests: wholeMs.length,
  failures,
  seconds,
  perSecond: wholeMs.length / seconds,
  firstByteP50: percentile(firstByteMs, 0.5),
  firstByteP99: percentile(firstByteMs, 0.99),
  wholeP50: percentile(wholeMs, 0.5),
  wholeP99: percentile(wholeMs, 0.99),
  ownSeconds: (user + system) / 1e6,
};
process.stdout.write(`${JSON.stringify(result)}\n`);
