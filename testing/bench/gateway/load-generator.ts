// A load generator that does as little as possible, as a separate process. It sends prepared bytes
// over plain sockets, one request at a time on each, and reads only the status, the length and the
// end of a response. Its argument is the path of a LoadOrder in JSON. It prints "measuring" when
// warm, then a LoadResult in JSON.
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import type { LoadOrder, LoadResult } from './load.ts';

// eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- written by the benchmark that starts this process
const order = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as LoadOrder;
const requests = order.headers.map((headers) =>
  Buffer.from(
    [
      `POST ${order.path} HTTP/1.1`,
      `host: 127.0.0.1:${order.port}`,
      'content-type: application/json',
      `content-length: ${Buffer.byteLength(order.body)}`,
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      '',
      order.body,
    ].join('\r\n'),
  ),
);
let sent = 0;

function nextRequest(): Buffer {
  sent += 1;
  return requests[sent % requests.length] ?? Buffer.alloc(0);
}

const firstByteMs: number[] = [];
const wholeMs: number[] = [];
let failures = 0;
let measuring = false;
let stopped = false;

/** A connection that has sent at most one request. */
class Asker {
  readonly #socket: Socket;
  #answer: Answer | undefined;

  /** Calls `onFree` when connected, and after each response; `onLost` when the connection ends. */
  constructor(onFree: (asker: Asker) => void, onLost: () => void) {
    this.#socket = connect(order.port, '127.0.0.1');
    this.#socket.setNoDelay(true);
    this.#socket.on('connect', () => {
      onFree(this);
    });
    this.#socket.on('data', (chunk) => {
      if (this.#answer?.push(chunk) !== true) return;
      if (measuring) this.#answer.count();
      this.#answer = undefined;
      onFree(this);
    });
    this.#socket.on('error', () => undefined);
    this.#socket.on('close', () => {
      if (stopped) return;
      if (measuring && this.#answer !== undefined) failures += 1;
      onLost();
    });
    sockets.push(this.#socket);
  }

  ask(arrivedMs: number): void {
    this.#answer = new Answer(arrivedMs);
    this.#socket.write(nextRequest());
  }
}

/** Sends requests on one connection until stopped, each when the previous response is complete. */
function keepAsking(): void {
  new Asker(
    (asker) => {
      if (!stopped) asker.ask(performance.now());
    },
    () => setTimeout(keepAsking, 10),
  );
}

/** With this many connections, requests that arrive wait for a free one. */
const MAX_CONNECTIONS = 1000;

/** Sends requests as they arrive, each on a free connection, or on a new one. */
function askOnArrival(perSecond: number): void {
  const free: Asker[] = [];
  let connections = 0;
  const waiting: number[] = [];
  const dispatch = (asker: Asker): void => {
    const arrivedMs = waiting.shift();
    if (arrivedMs === undefined) free.push(asker);
    else asker.ask(arrivedMs);
  };
  let nextMs = performance.now();
  const arrive = (): void => {
    for (
      ;
      nextMs <= performance.now();
      nextMs -= (1000 / perSecond) * Math.log(1 - Math.random())
    ) {
      const asker = free.pop();
      if (asker !== undefined) asker.ask(nextMs);
      else {
        waiting.push(nextMs);
        if (connections === MAX_CONNECTIONS) continue;
        connections += 1;
        new Asker(dispatch, () => (connections -= 1));
      }
    }
    if (!stopped) setTimeout(arrive, 1);
  };
  arrive();
}

const HEAD_END = Buffer.from('\r\n\r\n');
const LAST_CHUNK = Buffer.from('0\r\n\r\n');

class Answer {
  readonly #askedMs: number;
  #firstByteMs = 0;
  #status = '';
  #length: number | undefined;
  #body = 0;
  #tail: Buffer = Buffer.alloc(0);

  constructor(askedMs: number) {
    this.#askedMs = askedMs;
  }

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
if (order.arrivalsPerSecond !== undefined) askOnArrival(order.arrivalsPerSecond);
else {
  for (let at = 0; at < order.concurrency; at += 1) {
    setTimeout(keepAsking, (at * order.rampMs) / order.concurrency);
  }
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
