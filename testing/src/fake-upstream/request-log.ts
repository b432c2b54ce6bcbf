import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { isJsonObject, parseJson, type JsonObject, type JsonValue } from '@postern/kernel';
import { checkHeaders, type HeaderIssue, type HeaderRules } from './check-headers.ts';
import { checkEmbeddingsBody, isEmbeddingsPath } from './embeddings.ts';
import { FAKE_WIRES } from './fake-wire.ts';
import type { RecordedRequest, RequestOutcome, Violation } from './recorded-request.ts';
import type { FakeDialect } from './fake-dialect.ts';

/** The largest accepted body: the limit of the Messages API. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;

/** A recorded request, with the fields that the fake itself writes. */
export interface OpenRequest extends RecordedRequest {
  /** The error that the real API would return; undefined for a valid request. */
  readonly refusal: HeaderIssue | undefined;
  /** Adds a violation. */
  complain(message: string): void;
  sent(bytes: number): void;
  settle(outcome: RequestOutcome): void;
}

/** Every request, in order of arrival. */
export class RequestLog {
  requests: OpenRequest[] = [];
  connectionCount = 0;
  readonly #connections = new WeakMap<Socket, number>();
  #waiting: { readonly index: number; readonly resolve: (request: OpenRequest) => void }[] = [];

  connected(socket: Socket): void {
    this.#connections.set(socket, this.connectionCount);
    this.connectionCount += 1;
  }

  clear(): void {
    this.requests = [];
  }

  arrival(index: number): Promise<OpenRequest> {
    const request = this.requests[index];
    if (request !== undefined) return Promise.resolve(request);
    return new Promise((resolve) => this.#waiting.push({ index, resolve }));
  }

  /**
   * Reads and records one request. Returns undefined if the client disconnected before it was
   * complete.
   */
  async record(
    incoming: IncomingMessage,
    rules: Partial<Readonly<Record<FakeDialect, HeaderRules>>>,
  ): Promise<OpenRequest | undefined> {
    const body = await bodyOf(incoming);
    if (body === undefined) return undefined;
    const connection = this.#connections.get(incoming.socket) ?? -1;
    const request = openRequest(incoming, body, this.requests.length, connection, rules);
    this.requests.push(request);
    const arrived = this.#waiting.filter(({ index }) => index < this.requests.length);
    this.#waiting = this.#waiting.filter(({ index }) => index >= this.requests.length);
    for (const { index, resolve } of arrived) resolve(this.requests[index] ?? request);
    return request;
  }
}

async function bodyOf(incoming: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of incoming) {
      if (chunk instanceof Buffer) chunks.push(chunk);
    }
  } catch {
    return undefined;
  }
  return Buffer.concat(chunks);
}

function openRequest(
  incoming: IncomingMessage,
  body: Buffer,
  index: number,
  connection: number,
  rules: Partial<Readonly<Record<FakeDialect, HeaderRules>>>,
): OpenRequest {
  const { method = 'GET', url: path = '/', headers, rawHeaders } = incoming;
  const arrivedMs = performance.now();
  const { promise: closed, resolve } = Promise.withResolvers<RequestOutcome>();
  const dialect = dialectOf(path, headers);
  const json = jsonOf(body);
  const issues =
    dialect === undefined
      ? []
      : checkRequest({ method, path, headers, body, json }, dialect, rules[dialect]);
  const violations = issues.map(({ message }): Violation => ({ path, message }));
  let outcome: RequestOutcome = 'open';
  let tookMs: number | undefined;
  let sentWrites = 0;
  let sentBytes = 0;
  return {
    ...{ index, connection, method, path, dialect, headers, rawHeaders, body, json, closed },
    violations,
    refusal: issues.find(({ status }) => status !== undefined),
    get outcome() {
      return outcome;
    },
    get tookMs() {
      return tookMs;
    },
    get sentWrites() {
      return sentWrites;
    },
    get sentBytes() {
      return sentBytes;
    },
    complain: (message) => {
      violations.push({ path, message });
    },
    sent: (bytes) => {
      sentWrites += 1;
      sentBytes += bytes;
    },
    settle: (now) => {
      if (outcome !== 'open') return;
      outcome = now;
      tookMs = performance.now() - arrivedMs;
      resolve(now);
    },
  };
}

function dialectOf(path: string, headers: IncomingHttpHeaders): FakeDialect | undefined {
  const bare = path.replace(/\?.*$/, '');
  if (bare === '/v1/messages' || bare === '/v1/messages/count_tokens') return 'anthropic-messages';
  if (/^(\/v1)?\/responses(\/input_tokens)?$/.test(bare)) return 'openai-responses';
  if (/^(\/v1)?\/(chat\/completions|embeddings)$/.test(bare)) return 'openai-chat';
  if (!/^(\/v1)?\/models(\/|$)/.test(bare)) return undefined;
  return headers['anthropic-version'] === undefined ? 'openai-chat' : 'anthropic-messages';
}

function jsonOf(body: Buffer): JsonValue | undefined {
  if (body.length === 0) return undefined;
  const parsed = parseJson(body.toString('utf8'));
  return parsed.ok ? parsed.value : undefined;
}

function checkRequest(
  {
    method,
    path,
    headers,
    body,
    json,
  }: Pick<RecordedRequest, 'method' | 'path' | 'headers' | 'body' | 'json'>,
  dialect: FakeDialect,
  rules: HeaderRules = {},
): readonly HeaderIssue[] {
  const asked = method === 'POST';
  const issues = [...checkHeaders(headers, dialect, asked, rules)];
  if (!asked) return issues;
  if (body.length > MAX_BODY_BYTES) {
    return [{ status: 413, message: 'Request exceeds the maximum size' }, ...issues];
  }
  const complaints = isJsonObject(json)
    ? complaintsAbout(json, path, dialect, String(headers['anthropic-beta'] ?? ''))
    : ['The request body is not valid JSON'];
  return [...issues, ...complaints.map((message) => ({ status: 400, message }))];
}

function complaintsAbout(
  json: JsonObject,
  path: string,
  dialect: FakeDialect,
  betas: string,
): readonly string[] {
  return isEmbeddingsPath(path)
    ? checkEmbeddingsBody(json)
    : FAKE_WIRES[dialect].checkBody(json, betas);
}
