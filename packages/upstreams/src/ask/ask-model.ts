import { DIALECTS, type AnswerDecoder, type Dialect } from '@postern/dialects';
import { parseJson, sseParser, type JsonObject } from '@postern/kernel';
import type { AnswerEvent, AnswerFailure, ModelRequest, Provider } from '@postern/protocol';
import type { Connections } from '../connect/connections.ts';
import type { AnswerHeaders } from '../connect/exchange.ts';
import type { Credential } from '../credential.ts';
import type { UpstreamFailure } from '../upstream-failure.ts';
import { answerFailure, failureEvent, headerReader, malformed } from './answer-failure.ts';
import { answerForm } from './answer-form.ts';
import { AnswerInbox } from './answer-inbox.ts';
import { wholeAnswerEvents } from './whole-answer-events.ts';

/** The maximum size of an error response and of a response that isn't streamed. */
const MAX_ERROR_BYTES = 64 * 1024;
const MAX_WHOLE_BYTES = 64 * 1024 * 1024;

interface Question {
  readonly request: ModelRequest;
  readonly dialect: Dialect;
  readonly toolNames: ReadonlyMap<string, string>;
}

/** `Upstream.ask` over HTTP. */
export async function* askModel(
  connections: Connections,
  provider: Provider,
  credential: Credential | undefined,
  request: ModelRequest,
  signal: AbortSignal,
): AsyncGenerator<AnswerEvent> {
  const dialect = DIALECTS[provider.dialect];
  const body = dialect.encodeRequest(request, provider);
  if (!body.ok) {
    yield failureEvent({ code: 'REQUEST_INVALID', message: body.failure.message });
    return;
  }
  const inbox = new AnswerInbox();
  const sent = questionOf(dialect, provider, credential, body.value.value);
  inbox.attach(connections.exchange({ ...sent, signal }, inbox));
  const question = { request, dialect, toolNames: dialect.toolNames(request) };
  let complete = false;
  try {
    for await (const event of readAnswer(inbox, question)) {
      complete = event.kind === 'finish';
      yield* inbox.redactedEvents(event);
    }
  } finally {
    if (complete) inbox.leaveInPeace();
    else inbox.leave();
  }
}

function questionOf(
  dialect: Dialect,
  provider: Provider,
  credential: Credential | undefined,
  body: JsonObject,
): Parameters<Connections['exchange']>[0] {
  return {
    provider,
    credential,
    method: 'POST',
    path: dialect.answerPath,
    headers: { ...dialect.requestHeaders, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
}

async function* readAnswer(inbox: AnswerInbox, question: Question): AsyncGenerator<AnswerEvent> {
  const head = await inbox.next();
  if (head.kind === 'failure') {
    yield failureEvent(answerFailure(head.failure));
    return;
  }
  if (head.kind !== 'head') {
    yield failureEvent(malformed());
    return;
  }
  const { status, headers } = head;
  if (status !== 200) {
    const { text } = await inbox.text(MAX_ERROR_BYTES);
    yield failureEvent(question.dialect.decodeError(status, headerReader(headers), text));
    return;
  }
  const form = answerForm(headers, question.request.stream);
  if (form === undefined) yield failureEvent(malformed());
  else if (form === 'stream') yield* readStream(inbox, question);
  else yield* readWhole(inbox, headers, question);
}

async function* readWhole(
  inbox: AnswerInbox,
  headers: AnswerHeaders,
  { dialect, toolNames }: Question,
): AsyncGenerator<AnswerEvent> {
  const { text, whole } = await inbox.text(MAX_WHOLE_BYTES);
  const parsed = parseJson(text);
  const answer = parsed.ok ? dialect.decodeAnswer(parsed.value, { toolNames }) : undefined;
  if (answer?.ok === true) yield* wholeAnswerEvents(answer.value);
  else if (!whole) yield failureEvent(answerFailure({ reason: 'cut' }));
  // Some upstreams send an error with status 200.
  else yield failureEvent(dialect.decodeError(200, headerReader(headers), text));
}

async function* readStream(
  inbox: AnswerInbox,
  { dialect, toolNames }: Question,
): AsyncGenerator<AnswerEvent> {
  const parser = sseParser();
  const decoder = dialect.answerDecoder({ toolNames });
  for (;;) {
    const item = await inbox.next();
    if (item.kind === 'failure') {
      yield* lastEvents(decoder, item.failure);
      return;
    }
    const events = item.kind === 'chunk' ? parser.push(item.chunk) : parser.end();
    if (!events.ok && events.failure.reason === 'sse-event-too-large') {
      yield failureEvent(malformed());
      return;
    }
    for (const event of events.ok ? events.value : []) {
      for (const decoded of decoder.push(event)) {
        yield decoded;
        if (isLast(decoded)) return;
      }
    }
    if (item.kind === 'end') {
      yield* decoder.end();
      return;
    }
  }
}

function isLast(event: AnswerEvent): boolean {
  return event.kind === 'finish' || event.kind === 'failure';
}

/**
 * The last events after a connection failure. If the stop reason had arrived, the answer is complete. Otherwise
 * the connection's failure is more exact than the decoder's.
 */
function lastEvents(decoder: AnswerDecoder, failure: UpstreamFailure): readonly AnswerEvent[] {
  const events = decoder.end();
  const stopped = failure.reason === 'cancelled';
  if (!stopped && events.at(-1)?.kind === 'finish') return events;
  const reason: AnswerFailure = answerFailure(failure);
  return [...events.filter((event) => !isLast(event)), failureEvent(reason)];
}
