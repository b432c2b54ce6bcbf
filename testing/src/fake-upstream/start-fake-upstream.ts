import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { MadeCertificate } from '../tls/certificate-authority.ts';
import { answerTo } from './answer-to.ts';
import type { HeaderRules } from './check-headers.ts';
import { deliver } from './deliver.ts';
import { RequestLog, type OpenRequest } from './request-log.ts';
import type { RecordedRequest, Violation } from './recorded-request.ts';
import { FAKE_MODELS, type FakeModel, type FakeReply, type Responder } from './reply.ts';
import type { FakeDialect } from './fake-dialect.ts';
import {
  startOpenapiValidator,
  whyNoOpenapiValidator,
  type OpenapiValidator,
} from '../openapi-validator.ts';

export interface FakeUpstreamOptions {
  /** Default: a free port. */
  readonly port?: number;
  /** Serves HTTPS with this certificate. */
  readonly tls?: MadeCertificate;
  /** The header rules, per dialect. */
  readonly headers?: Partial<Readonly<Record<FakeDialect, HeaderRules>>>;
  /** The models that `GET /v1/models` lists. */
  readonly models?: Partial<Readonly<Record<FakeDialect, readonly FakeModel[]>>>;
  /**
   * Whether requests of OpenAI's dialects are also checked against OpenAI's OpenAPI description, if the
   * program for that is installed. What is wrong is a violation.
   */
  readonly checksDescription?: boolean;
}

/** A server on 127.0.0.1 that supports these dialects as the real APIs do. */
export interface FakeUpstream {
  /** `http://127.0.0.1:PORT`, or https. */
  readonly url: string;
  /** The `baseUrl` that a provider needs to reach it. */
  readonly baseUrls: Readonly<Record<FakeDialect, string>>;
  readonly requests: readonly RecordedRequest[];
  /** The violations of all requests. */
  readonly violations: readonly Violation[];
  /** TCP connections accepted so far. */
  readonly connectionCount: number;
  /** Queues replies for the next valid questions that no responder handles. */
  next(...replies: readonly FakeReply[]): void;
  /** Sets the function that chooses replies, until the next call. */
  respond(responder: Responder | undefined): void;
  /** Returns the request with that index, once it has arrived. */
  request(index: number): Promise<RecordedRequest>;
  /** Removes all requests, violations, queued replies and the responder. */
  reset(): void;
  close(): Promise<void>;
}

/**
 * Starts a fake upstream. It serves `POST /v1/messages`, `POST /v1/chat/completions`, `POST
 * /v1/responses`, `GET /v1/models` (also without `/v1`) and `HEAD /`. It records every request and rejects what the real
 * API would reject. Without a script it echoes a digest of the question.
 */
export async function startFakeUpstream(options: FakeUpstreamOptions = {}): Promise<FakeUpstream> {
  const log = new RequestLog();
  const validator = options.checksDescription === true ? await validatorIfInstalled() : undefined;
  const queue: FakeReply[] = [];
  let responder: Responder | undefined;
  const chooseReply = async (request: RecordedRequest): Promise<FakeReply> =>
    (await responder?.(request)) ?? queuedReply(queue, request) ?? { kind: 'echo' };

  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const request = await log.record(incoming, options.headers ?? {});
    if (request === undefined) return;
    if (validator !== undefined) await checkDescription(request, validator);
    const answer = await answerTo(request, chooseReply, { ...FAKE_MODELS, ...options.models });
    if (answer === 'hang-up') {
      response.destroy();
      request.settle('broken');
      return;
    }
    const { outgoing, delivery } = answer;
    const outcome = await deliver(response, outgoing, delivery, (bytes) => {
      request.sent(bytes);
    });
    request.settle(outcome);
  };
  const listener = (incoming: IncomingMessage, response: ServerResponse): void => {
    handle(incoming, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : undefined);
    });
  };
  const server =
    options.tls === undefined ? createServer(listener) : createTlsServer(options.tls, listener);
  server.on('connection', (socket: Socket) => {
    log.connected(socket);
  });
  const url = await listen(server, options.port ?? 0, options.tls === undefined ? 'http' : 'https');
  return {
    url,
    baseUrls: {
      'anthropic-messages': url,
      'openai-chat': `${url}/v1`,
      'openai-responses': `${url}/v1`,
    },
    get requests() {
      return log.requests;
    },
    get violations() {
      return log.requests.flatMap((request) => request.violations);
    },
    get connectionCount() {
      return log.connectionCount;
    },
    next: (...replies) => {
      queue.push(...replies);
    },
    respond: (fn) => {
      responder = fn;
    },
    request: (index) => log.arrival(index),
    reset: () => {
      log.clear();
      queue.length = 0;
      responder = undefined;
    },
    close: async () => {
      await closeServer(server);
      await validator?.[Symbol.asyncDispose]();
    },
  };
}

async function validatorIfInstalled(): Promise<OpenapiValidator | undefined> {
  const why = whyNoOpenapiValidator();
  if (why === undefined) return await startOpenapiValidator();
  process.stderr.write(`requests aren't checked against an OpenAPI description: ${why}\n`);
  return undefined;
}

async function checkDescription(request: OpenRequest, validator: OpenapiValidator): Promise<void> {
  const { method, path, dialect, body } = request;
  if (method !== 'POST' || dialect === undefined || dialect === 'anthropic-messages') return;
  for (const message of await validator.complaintsAbout(path, body)) request.complain(message);
}

/** Model lists can be requested at any time, and must not use up a reply to a question. */
function queuedReply(queue: FakeReply[], { method }: RecordedRequest): FakeReply | undefined {
  return method === 'GET' ? undefined : queue.shift();
}

async function listen(server: Server, port: number, scheme: string): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('not listening on TCP');
  return `${scheme}://127.0.0.1:${address.port}`;
}

async function closeServer(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}
