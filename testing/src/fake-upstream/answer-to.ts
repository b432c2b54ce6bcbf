import { isJsonObject } from '@postern/kernel';
import { bodyWrites, streamWrites, type Outgoing } from './deliver.ts';
import { embeddingsOf, isEmbeddingsPath } from './embeddings.ts';
import { FAKE_WIRES } from './fake-wire.ts';
import { echoAnswer, questionOf } from './question.ts';
import { readRecording } from './recording.ts';
import type { Delivery, FakeModel, FakeReply } from './reply.ts';
import type { OpenRequest } from './request-log.ts';
import type { FakeDialect } from './fake-dialect.ts';

const JSON_TYPE = 'application/json';
const STREAM_TYPE = 'text/event-stream; charset=utf-8';

export interface Answer {
  readonly outgoing: Outgoing;
  readonly delivery: Delivery;
}

/** Returns the response to a request: the route's own, an error, or the chosen reply. */
export async function answerTo(
  request: OpenRequest,
  chooseReply: (request: OpenRequest) => Promise<FakeReply>,
  models: Readonly<Record<FakeDialect, readonly FakeModel[]>>,
): Promise<Answer | 'hang-up'> {
  const { dialect, method, path, refusal } = request;
  if (dialect === undefined) {
    const status = method === 'HEAD' && path === '/' ? 200 : 404;
    return plain(request, status, JSON_TYPE, method === 'HEAD' ? '' : '{}');
  }
  if (refusal !== undefined) {
    return refused(request, dialect, refusal.status ?? 400, refusal.message);
  }
  if (path.includes('/models')) return modelsAnswer(request, dialect, models[dialect], chooseReply);
  if (method !== 'POST') return refused(request, dialect, 405, 'Method Not Allowed');
  const chosen = await chooseReply(request);
  if (chosen.kind === 'echo' && isEmbeddingsPath(path)) {
    const json = isJsonObject(request.json) ? request.json : {};
    return plain(request, 200, JSON_TYPE, embeddingsOf(json), chosen);
  }
  return reply(request, dialect, chosen);
}

/** Returns the model list, unless a responder chooses another reply. */
async function modelsAnswer(
  request: OpenRequest,
  dialect: FakeDialect,
  models: readonly FakeModel[],
  chooseReply: (request: OpenRequest) => Promise<FakeReply>,
): Promise<Answer | 'hang-up'> {
  const chosen = await chooseReply(request);
  if (chosen.kind !== 'echo') return reply(request, dialect, chosen);
  const limit = Number(new URL(request.path, 'http://fake').searchParams.get('limit') ?? 20);
  const body = FAKE_WIRES[dialect].models(models, limit);
  return plain(request, 200, JSON_TYPE, body, chosen);
}

function reply(request: OpenRequest, dialect: FakeDialect, chosen: FakeReply): Answer | 'hang-up' {
  switch (chosen.kind) {
    case 'hang-up':
      return 'hang-up';
    case 'error':
      return refused(
        request,
        dialect,
        chosen.status,
        chosen.message ?? `The fake upstream is set to return ${chosen.status}.`,
        chosen,
      );
    case 'raw':
      return plain(request, chosen.status, chosen.contentType, chosen.body, chosen);
    case 'recording': {
      const recording = readRecording(chosen.file, dialect, chosen.answer);
      return recording.kind === 'stream'
        ? streamed(request, dialect, recording.frames, chosen)
        : plain(request, 200, JSON_TYPE, recording.body, chosen);
    }
    case 'echo':
    case 'answer':
      return scripted(request, dialect, chosen);
  }
}

function scripted(
  request: OpenRequest,
  dialect: FakeDialect,
  chosen: FakeReply & { kind: 'echo' | 'answer' },
): Answer {
  const question = questionOf(isJsonObject(request.json) ? request.json : {});
  const answer = chosen.kind === 'echo' ? echoAnswer(question) : chosen;
  const id = idOf(request);
  const wire = FAKE_WIRES[dialect];
  return question.stream
    ? streamed(request, dialect, wire.frames(answer, question, id), chosen)
    : plain(request, 200, JSON_TYPE, wire.answer(answer, question, id), chosen);
}

function streamed(
  request: OpenRequest,
  dialect: FakeDialect,
  frames: readonly string[],
  delivery: Delivery,
): Answer {
  const headers = {
    ...usualHeaders(request),
    'content-type': STREAM_TYPE,
    'cache-control': 'no-cache',
  };
  return {
    outgoing: { status: 200, headers, ...streamWrites(frames, delivery, dialect) },
    delivery,
  };
}

function plain(
  request: OpenRequest,
  status: number,
  contentType: string,
  body: string | Uint8Array,
  delivery: Delivery = {},
): Answer {
  const { writes, ending, length } = bodyWrites(body, delivery);
  const headers = {
    ...usualHeaders(request),
    'content-type': contentType,
    'content-length': length,
  };
  return { outgoing: { status, headers, writes, ending }, delivery };
}

function refused(
  request: OpenRequest,
  dialect: FakeDialect,
  status: number,
  message: string,
  reply: { readonly errorType?: string; readonly retryAfter?: number } & Delivery = {},
): Answer {
  const requestId = `req_${idOf(request)}`;
  const body = FAKE_WIRES[dialect].error(status, message, requestId, reply.errorType);
  const { retryAfter, ...delivery } = reply;
  const headers = {
    ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
    ...delivery.headers,
  };
  return plain(request, status, JSON_TYPE, body, { ...delivery, headers });
}

function idOf(request: OpenRequest): string {
  return `fake${String(request.index).padStart(6, '0')}`;
}

/** Headers that the real APIs add to a response and that a gateway must not forward. */
function usualHeaders(request: OpenRequest): Record<string, string | string[]> {
  const common = {
    server: 'cloudflare',
    'cf-ray': `ray-${idOf(request)}`,
    'set-cookie': [`__cf_bm=${idOf(request)}; path=/; HttpOnly; Secure`],
  };
  if (request.dialect === 'anthropic-messages') {
    return {
      ...common,
      'request-id': `req_${idOf(request)}`,
      'anthropic-organization-id': 'org-of-the-fake-account',
      'anthropic-ratelimit-requests-limit': '4000',
      'anthropic-ratelimit-requests-remaining': '3999',
    };
  }
  return {
    ...common,
    'x-request-id': `req_${idOf(request)}`,
    'openai-organization': 'org-of-the-fake-account',
    'openai-processing-ms': '12',
    'openai-version': '2020-10-01',
    'x-ratelimit-limit-requests': '10000',
    'x-ratelimit-remaining-requests': '9999',
  };
}
