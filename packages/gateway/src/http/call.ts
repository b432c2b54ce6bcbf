import type { Result } from '@postern/kernel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ConcurrencyLimiter } from '../admit/concurrency-limiter.ts';
import type { RequestHead } from '../admit/request-head.ts';
import type { Shares } from '../admit/shares.ts';
import { readRequestBody, type RequestBody } from '../body/request-body.ts';
import type { Turns } from '../body/turns.ts';
import type { GatewayFailure } from '../failure.ts';
import { CallReservation } from './call-reservation.ts';
import { refusedModel } from '../keys/scopes.ts';
import type { Meter } from '../meter/measure.ts';
import type { GatewayDeps, Grant } from '../ports.ts';
import { neverRetry, type EarlyEnd } from '../relay/retry-policy.ts';
import { sendFailure } from '../relay/send-failure.ts';
import type { Outcome } from '../relay/upstream-reader.ts';
import { chooseProvider, type Choice } from '../route/choose-provider.ts';
import type { CallRoute } from '../route/routes.ts';
import { estimateRequest } from '../translate/translate-request.ts';
import { answerCount, cannotCount } from './answer-count.ts';
import { Attempt } from './attempt.ts';
import { BodyReader, discardBody, type ReadFailure } from './read-body.ts';

/** One admitted request on its way to an upstream and back. */
export interface CallInput {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
  readonly head: RequestHead;
  readonly grant: Grant;
  readonly route: CallRoute;
  readonly query: string;
}

/** What all calls share. */
export interface CallResources {
  readonly limiter: ConcurrencyLimiter;
  readonly bodyMemory: Shares;
  readonly turns: Turns;
}

/** Body → concurrency limiter → provider → attempts → record; each step is a method below. */
export class Call {
  place = -1;
  readonly #deps: GatewayDeps;
  readonly #resources: CallResources;
  readonly #input: CallInput;
  readonly #body: BodyReader;
  readonly #atMs: number;
  readonly #startedMs: number;
  #bodyMs = 0;
  #queueMs = 0;
  #attempt: Attempt | undefined;
  #leaveQueue: (() => void) | undefined;
  #reservation: CallReservation | undefined;
  #isCounted = false;
  #over = false;
  #revoked = false;

  constructor(deps: GatewayDeps, resources: CallResources, input: CallInput) {
    this.#deps = deps;
    this.#resources = resources;
    this.#input = input;
    this.#body = new BodyReader(deps.limits, resources.bodyMemory, input.grant.keyId);
    this.#atMs = deps.clock.nowMs();
    this.#startedMs = deps.clock.monotonicMs();
  }

  start(): void {
    const { head } = this.#input;
    if ((head.contentLength ?? 0) > this.#deps.limits.maxBodyBytes) {
      this.#fail({ reason: 'body-too-large' });
    } else if (head.encoded) this.#fail({ reason: 'body-encoded' });
    else if (this.#deps.usage.isFull()) this.#fail({ reason: 'store-unavailable' });
    else {
      this.#body.read(this.#input.request, (pieces) => {
        if (this.#over) return;
        // The outermost handler after the body was read: an exception here must not end other calls.
        this.#proceed(pieces).catch(() => {
          this.stop({ reason: 'internal' });
        });
      });
    }
  }

  /** Called when the response has closed: it is complete, or the client has disconnected. */
  close(): void {
    this.#over = true;
    this.#leaveQueue?.();
    this.#attempt?.close();
    this.#body.letGo();
    this.#reservation?.release();
    if (this.#isCounted) this.#resources.limiter.release(this.#input.grant.keyId);
    this.#isCounted = false;
  }

  get grant(): Grant {
    return this.#input.grant;
  }

  /** Ends the call at any step. */
  stop(failure: GatewayFailure): void {
    if (this.#over) return;
    if (this.#attempt?.stop(failure) !== true) this.#fail(failure);
  }

  /** Called when the key is revoked. The first call ends the response, the second closes the connection. */
  revoke(): void {
    if (this.#revoked) this.#input.response.destroy();
    else this.stop({ reason: 'key-required' });
    this.#revoked = true;
  }

  async #proceed(pieces: Result<readonly Buffer[], ReadFailure>): Promise<void> {
    const body = pieces.ok ? await readRequestBody(pieces.value, this.#resources.turns) : pieces;
    if (this.#over) return;
    this.#bodyMs = this.#deps.clock.monotonicMs() - this.#startedMs;
    if (!body.ok) this.#fail(body.failure);
    else if (await this.#turn()) await this.#call(body.value);
    else this.#fail({ reason: 'overloaded' });
  }

  /** Whether the request may run. The promise stays pending if the client disconnects while it waits. */
  async #turn(): Promise<boolean> {
    const { limiter } = this.#resources;
    const { keyId } = this.#input.grant;
    this.#isCounted = limiter.acquire(keyId);
    if (this.#isCounted) return true;
    const beganMs = this.#deps.clock.monotonicMs();
    return await new Promise<boolean>((resolve) => {
      this.#leaveQueue = limiter.wait(keyId, (mayRun) => {
        this.#leaveQueue = undefined;
        this.#isCounted = mayRun;
        this.#queueMs = this.#deps.clock.monotonicMs() - beganMs;
        resolve(mayRun);
      });
      if (this.#leaveQueue === undefined) resolve(false);
    });
  }

  async #call(body: RequestBody): Promise<void> {
    const { providers, defaultProvider } = this.#deps;
    const { route } = this.#input;
    const { dialect } = route;
    const choice = chooseProvider(body.model.name, dialect.id, providers, defaultProvider);
    if (!choice.ok) this.#fail(choice.failure);
    else if (this.#refuses(body.model.name, choice.value)) this.#fail({ reason: 'model-unknown' });
    else if (!(await this.#reserve(body, choice.value))) return;
    else if (route.encodeCount === undefined) await this.#attempts(body, choice.value);
    else await this.#count(body, choice.value, route.encodeCount);
  }

  /** For a model that a key may not call, the response is the same as for one that doesn't exist. */
  #refuses(name: string, choice: Choice): boolean {
    const { grant } = this.#input;
    const code = refusedModel(grant, name, choice);
    if (code !== undefined) this.#deps.onRefused?.({ code, keyId: grant.keyId });
    return code !== undefined;
  }

  /** Whether the limits and the budget of the key allow the call. */
  async #reserve(body: RequestBody, choice: Choice): Promise<boolean> {
    const call = { ...this.#input, body, choice, atMs: this.#atMs };
    const reservation = new CallReservation(this.#deps, call);
    const pending = reservation.reserve();
    const reserved = pending instanceof Promise ? await pending : pending;
    // The client may have disconnected while a remote store was asked.
    if (this.#over) reservation.release();
    else if (reserved.ok) this.#reservation = reservation;
    else this.#fail(reserved.failure);
    return !this.#over && reserved.ok;
  }

  /** Counts the request's tokens: the provider does if it can, otherwise they are estimated. */
  async #count(
    body: RequestBody,
    choice: Choice,
    encodeCount: NonNullable<CallRoute['encodeCount']>,
  ): Promise<void> {
    const { route, response, requestId } = this.#input;
    const { dialect } = route;
    if (choice.dialect === dialect.id && !(await this.#attempts(body, choice, cannotCountHere))) {
      return;
    }
    if (this.#over) return;
    const tokens = estimateRequest(dialect, body.bytes);
    if (tokens.ok) answerCount(response, tokens.value, { dialect, encodeCount, requestId });
    else this.#fail(tokens.failure);
  }

  /**
   * Makes attempts until one responds or the retry policy allows no more. Returns true if it was given up
   * because `isUseless`, with nothing sent to the client.
   */
  async #attempts(
    body: RequestBody,
    choice: Choice,
    isUseless: (end: EarlyEnd) => boolean = never,
  ): Promise<boolean> {
    const { retries = neverRetry } = this.#deps;
    const useless = { was: false };
    for (let attempts = 1; !this.#over && !useless.was; attempts += 1) {
      const attempt = new Attempt(this.#deps, {
        ...this.#input,
        body,
        choice,
        givesUp: (end) => {
          useless.was = isUseless(end);
          return !this.#over && (useless.was || retries(end, attempts));
        },
        onOutcome: (outcome, meter) => {
          this.#record(outcome, choice, meter, body.bytes.length);
        },
      });
      this.#attempt = attempt;
      const end = await attempt.run();
      if (end.state === 'failed') this.#fail(end.failure);
      if (end.state !== 'given-up') return false;
    }
    return useless.was;
  }

  #record(outcome: Outcome, { provider, model }: Choice, meter: Meter, requestBytes: number): void {
    const measured = meter.measure(outcome);
    // The limits write what was settled together with the usage, so nothing may come between the two.
    const costMicroUsd = this.#reservation?.settle(measured.usage) ?? 0;
    this.#deps.usage.record({
      requestId: this.#input.requestId,
      keyId: this.#input.grant.keyId,
      atMs: this.#atMs,
      provider: provider.id,
      model,
      dialect: this.#input.route.dialect.id,
      ...outcome,
      ...measured,
      costMicroUsd,
      durationMs: this.#deps.clock.monotonicMs() - this.#startedMs,
      waits: { bodyMs: this.#bodyMs, queueMs: this.#queueMs },
      requestBytes,
      answerBytes: meter.answerBytes,
    });
  }

  #fail(failure: GatewayFailure): void {
    const { request, response, route, requestId } = this.#input;
    this.#over = true;
    sendFailure(response, route.dialect, requestId, failure);
    discardBody(request, 2 * this.#deps.limits.maxBodyBytes);
  }
}

function never(): boolean {
  return false;
}

function cannotCountHere(end: EarlyEnd): boolean {
  return end.reason === 'status' && cannotCount(end.status);
}
