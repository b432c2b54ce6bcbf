import { DIALECTS } from '@postern/dialects';
import { failed, ok, type MaybePromise, type Result } from '@postern/kernel';
import type { AnswerEvent } from '@postern/protocol';
import type { ExchangeRequest } from '@postern/upstreams';
import { applyEdits, renameModel, requestUsage, type Edit } from '../body/edit-body.ts';
import { asksForUsage } from '../body/request-body.ts';
import { upstreamHeaders } from '../headers/upstream-headers.ts';
import { AnswerMeter } from '../meter/answer-meter.ts';
import { EventMeter } from '../meter/event-meter.ts';
import type { Meter } from '../meter/measure.ts';
import type { AnswerPipe } from '../relay/answer-pipe.ts';
import { Passthrough } from '../relay/passthrough.ts';
import { Translated } from '../relay/translated.ts';
import { forwardedQuery } from '../route/forwarded-query.ts';
import { mayHoldMarks } from '../translate/provider-signatures.ts';
import { translateRequest, type TranslationFailure } from '../translate/translate-request.ts';
import type { AttemptTask } from './attempt-task.ts';

/** The request of an attempt, and the pipe and the meter of its response. */
export interface PreparedAttempt {
  readonly request: Pick<ExchangeRequest, 'path' | 'headers' | 'body'>;
  readonly pipe: AnswerPipe;
  readonly meter: Meter;
}

/** What a translation needs of the running gateway. */
export interface TranslationDeps {
  readonly nowMs: number;
  /** As `Exchange.redacted`, for the exchange of this attempt. */
  readonly redacted: (text: string) => string;
  /** As `Exchange.redactedEvents`. */
  readonly redactedEvents: (event: AnswerEvent) => readonly AnswerEvent[];
}

const NOT_SPOKEN: TranslationFailure = {
  reason: 'request-untranslatable',
  failure: {
    reason: 'unsupported',
    path: 'model',
    message: "the provider doesn't speak the dialect of this endpoint",
  },
};

/** Passes the request through if the provider speaks the client's dialect, and translates it otherwise. */
export function prepareAttempt(
  task: AttemptTask,
  deps: TranslationDeps,
): MaybePromise<Result<PreparedAttempt, TranslationFailure>> {
  const { route, choice } = task;
  const isSpoken = choice.dialect === route.dialect.id;
  const isAnswer = route.suffix === '' && route.ownPath === undefined;
  if (!isAnswer) return isSpoken ? ok(passedThrough(task, deps)) : failed(NOT_SPOKEN);
  return isSpoken && !needsMarks(task) ? ok(passedThrough(task, deps)) : translated(task, deps);
}

/**
 * Whether signatures must be told apart by their marks, which only a translation does. In a conversation those
 * without a mark are those of its home.
 */
function needsMarks({ route, body: { bytes }, isHome }: AttemptTask): boolean {
  if (mayHoldMarks(bytes)) return true;
  const { signedReasoning } = route.dialect;
  return (
    !isHome && (signedReasoning === 'any' || signedReasoning.some((text) => bytes.includes(text)))
  );
}

function passedThrough(
  task: AttemptTask,
  { redacted }: Pick<TranslationDeps, 'redacted'>,
): PreparedAttempt {
  const { route, requestId, body, head, query, choice, grant } = task;
  const { dialect, metered, suffix, ownPath } = route;
  const hidesUsage = mustRequestUsage(task);
  const meter = new AnswerMeter({ dialect, requestBytes: body.bytes.length, metered });
  return {
    meter,
    pipe: new Passthrough({ dialect, requestId, meter, hidesUsage, redacted }),
    request: {
      path: (ownPath ?? choice.path + suffix) + forwardedQuery(query),
      headers: upstreamHeaders(head.forwarded, dialect, grant.keyId),
      body: bodyToSend(task, hidesUsage),
    },
  };
}

function bodyToSend({ body, choice }: AttemptTask, requestsUsage: boolean): Buffer {
  const edits: Edit[] = [];
  if (choice.model !== body.model.name) edits.push(renameModel(body, choice.model));
  if (requestsUsage && body.stream !== undefined) edits.push(requestUsage(body, body.stream));
  return applyEdits(body.bytes, edits);
}

/**
 * Some dialects send the usage of a stream only on request. A user's own endpoint may reject the field, so it
 * is sent only to built-in providers.
 */
function mustRequestUsage({ route, body, choice }: AttemptTask): boolean {
  return (
    route.dialect.usageOnRequest &&
    body.stream !== undefined &&
    choice.provider.builtIn &&
    choice.provider.quirks?.usageUnasked !== true &&
    !asksForUsage(body)
  );
}

async function translated(
  { route, requestId, body, head, query, choice, isHome, grant, turns }: AttemptTask,
  deps: TranslationDeps,
): Promise<Result<PreparedAttempt, TranslationFailure>> {
  const client = route.dialect;
  const upstream = DIALECTS[choice.dialect];
  const { provider, model, path } = choice;
  // Another dialect's headers and parameters mean nothing to the provider.
  const isSame = client.id === upstream.id;
  const keepsUnmarked = isSame && isHome;
  const task = { client, upstream, provider, model, keepsUnmarked };
  const request = await translateRequest(body, task, turns);
  if (!request.ok) return request;
  const meter = new EventMeter(request.value.estimatedInputTokens, upstream);
  const { body: bytes, ...translation } = request.value;
  return ok({
    meter,
    pipe: new Translated({
      client,
      upstream,
      provider: provider.id,
      requestId,
      request: translation,
      meter,
      ...deps,
    }),
    request: {
      path: path + (isSame ? forwardedQuery(query) : ''),
      headers: upstreamHeaders(isSame ? head.forwarded : [], upstream, grant.keyId),
      body: bytes,
    },
  });
}
