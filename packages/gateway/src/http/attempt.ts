import { DIALECTS } from '@postern/dialects';
import { secretsOf } from '@postern/protocol';
import type { Credential } from '@postern/upstreams';
import type { GatewayFailure } from '../failure.ts';
import type { GatewayDeps } from '../ports.ts';
import { ExactStatus } from '../relay/exact-status.ts';
import type { EarlyEnd } from '../relay/retry-policy.ts';
import { idempotencyWarnings } from '../idempotency/claim-call.ts';
import { ClientWriter, type AnswerWriter } from '../relay/client-writer.ts';
import { KeptWriter } from '../relay/kept-writer.ts';
import { UpstreamReader } from '../relay/upstream-reader.ts';
import type { AttemptTask } from './attempt-task.ts';
import { prepareAttempt, type PreparedAttempt } from './prepare-attempt.ts';

/**
 * `over`: the response is complete or cut, or the client has disconnected. `given-up`: nothing was sent to the
 * client, and another attempt may follow. `failed`: the attempt failed before it contacted the upstream, and
 * nothing was sent to the client.
 */
export type AttemptEnd =
  | { readonly state: 'over' | 'given-up' }
  | { readonly state: 'failed'; readonly failure: GatewayFailure };

const OVER: AttemptEnd = { state: 'over' };
const GIVEN_UP: AttemptEnd = { state: 'given-up' };
const KEY_REFUSED: GatewayFailure = { reason: 'upstream-key-refused' };

/** One request to one upstream: translation if needed → credential → exchange → response. */
export class Attempt {
  readonly #deps: GatewayDeps;
  readonly #task: AttemptTask;
  readonly #writer: AnswerWriter;
  #reader: UpstreamReader | undefined;
  #isOver = false;
  #isGivenUp = false;
  /** Whether the upstream sent an error instead of an answer. */
  #isRefused = false;

  constructor(deps: GatewayDeps, task: AttemptTask) {
    this.#deps = deps;
    this.#task = task;
    const client = new ClientWriter({
      response: task.response,
      dialect: task.route.dialect,
      requestId: task.requestId,
      stallTimeoutMs: deps.limits.stallTimeoutMs,
      warnings: idempotencyWarnings(task),
      capture: task.capture,
    });
    const { claimed, onUnrecorded } = task;
    this.#writer = claimed === undefined ? client : new KeptWriter(client, claimed, onUnrecorded);
  }

  async run(): Promise<AttemptEnd> {
    const prepared = await prepareAttempt(this.#task, {
      nowMs: this.#deps.clock.nowMs(),
      redacted: (text) => this.#reader?.redacted(text) ?? text,
      redactedEvents: (event) => this.#reader?.redactedEvents(event) ?? [event],
    });
    this.#task.timer.ended('translation');
    if (!prepared.ok) return this.#isOver ? OVER : this.#failed(prepared.failure);
    const { credentials, choice, route, timer } = this.#task;
    const credential = await credentials.next(choice, route.suffix);
    timer.ended('credential');
    if (this.#isOver) return OVER;
    if (!credential.ok) return this.#failed(credential.failure);
    return await new Promise((resolve) => {
      this.#exchange(credential.value, prepared.value, resolve);
    });
  }

  /** The response has closed. */
  close(): void {
    this.#isOver = true;
    this.#reader?.close();
    this.#writer.close();
  }

  /** Ends the attempt; false if it has no response to end. */
  stop(failure: GatewayFailure): boolean {
    this.#isOver = true;
    if (this.#reader === undefined || this.#isGivenUp) return false;
    this.#reader.stop(failure);
    return true;
  }

  #failed(failure: GatewayFailure): AttemptEnd {
    const isGivenUp = this.#task.givesUp({ reason: 'failure', failure });
    return isGivenUp ? GIVEN_UP : { state: 'failed', failure };
  }

  /** The client must not think that its own key is meant, or see which of the provider's keys is. */
  readonly #replaced = (end: EarlyEnd): GatewayFailure | undefined => {
    this.#isRefused = true;
    return this.#task.credentials.refused(end) ?? (refusesKey(end) ? KEY_REFUSED : undefined);
  };

  #exchange(
    credential: Credential | undefined,
    { pipe, meter, request }: PreparedAttempt,
    onEnd: (end: AttemptEnd) => void,
  ): void {
    const { route, choice, body, credentials, timer, givesUp, onAnswer, onOutcome, capture } =
      this.#task;
    const { pingAfterMs, streamHeadAfterMs, headTimeoutMs } = this.#deps.limits;
    const reader = new UpstreamReader({
      pipe,
      writer: this.#writer,
      timer,
      ping: route.dialect.ping,
      pingAfterMs,
      streamHeadAfterMs: body.stream === undefined ? undefined : streamHeadAfterMs,
      upstreamIdHeader: DIALECTS[choice.dialect].requestIdHeader,
      replaced: this.#replaced,
      givesUp,
      onAnswer: (failure) => {
        if (failure === undefined && !this.#isRefused) credentials.accepted();
        onAnswer(failure);
      },
      onEnd: (outcome) => {
        this.#isGivenUp = outcome === undefined;
        if (outcome !== undefined) onOutcome(outcome, meter);
        onEnd(outcome === undefined ? GIVEN_UP : OVER);
      },
    });
    this.#reader = reader;
    const upstream = DIALECTS[choice.dialect];
    const ofKey = secretsOf(choice.provider).length > 1;
    const ofPath = route.encodeCount !== undefined;
    reader.attach(
      this.#deps.upstreams.exchange(
        {
          provider: choice.provider,
          method: 'POST',
          ...request,
          credential,
          headersTimeoutMs: headTimeoutMs,
        },
        ofKey || ofPath ? new ExactStatus(reader, upstream, { ofKey, ofPath }) : reader,
      ),
    );
    capture?.redactWith((text) => reader.redacted(text));
  }
}

function refusesKey(end: EarlyEnd): boolean {
  if (end.reason === 'status') return end.status === 401;
  return end.reason === 'opening-error' && end.error.code === 'UPSTREAM_KEY_REFUSED';
}
