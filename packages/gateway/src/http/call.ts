import type { Result } from '@postern/kernel';
import { readRequestBody, type RequestBody } from '../body/request-body.ts';
import { reportBodies } from '../debug/report-bodies.ts';
import type { GatewayFailure } from '../failure.ts';
import { UPSTREAM_HEADER } from '../headers/upstream-name.ts';
import { claimCall } from '../idempotency/claim-call.ts';
import type { ClaimedCall } from '../idempotency/claimed-call.ts';
import { sendRepetition } from '../idempotency/recorded-response.ts';
import type { CallInput, CallResources } from './call-input.ts';
import { CallAttempts } from './call-attempts.ts';
import { CallReservation } from './call-reservation.ts';
import type { Meter } from '../meter/measure.ts';
import type { GatewayDeps, Grant } from '../ports.ts';
import type { EarlyEnd } from '../relay/retry-policy.ts';
import { sendFailure } from '../relay/send-failure.ts';
import type { Outcome } from '../relay/upstream-reader.ts';
import type { Choice } from '../route/choose-provider.ts';
import { chooseTargets, type TargetsFailure } from '../route/choose-targets.ts';
import { conversationHash, SESSION_HEADER } from '../route/conversation.ts';
import type { CallRoute } from '../route/routes.ts';
import { estimateRequest } from '../translate/translate-request.ts';
import { answerCount, cannotCountHere } from './answer-count.ts';
import { CallTimer } from './call-timer.ts';
import { BodyReader, discardBody, type ReadFailure } from './read-body.ts';

/** Body → concurrency limiter → targets → attempts → record; each step is a method below. */
export class Call {
  place = -1;
  readonly #deps: GatewayDeps;
  readonly #resources: CallResources;
  readonly #input: CallInput;
  readonly #body: BodyReader;
  readonly #atMs: number;
  readonly #timer: CallTimer;
  #attempts: CallAttempts | undefined;
  #leaveQueue: (() => void) | undefined;
  #reservation: CallReservation | undefined;
  #claimed: ClaimedCall | undefined;
  /** Set if the call goes on without its client. */
  #onEnd: (() => void) | undefined;
  #isCounted = false;
  #over = false;
  #isClosed = false;
  #revoked = false;

  constructor(deps: GatewayDeps, resources: CallResources, input: CallInput) {
    this.#deps = deps;
    this.#resources = resources;
    this.#input = input;
    this.#body = new BodyReader(deps.limits, resources.bodyMemory, input.grant.keyId);
    this.#atMs = deps.clock.nowMs();
    this.#timer = new CallTimer(deps.clock, input.arrivedMs);
    this.#timer.ended('authentication');
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
        if (pieces.ok) this.#input.capture?.takeRequest(pieces.value);
        // The outermost handler after the body was read: an exception here must not end other calls.
        this.#proceed(pieces)
          .catch(() => {
            this.stop({ reason: 'internal' });
          })
          .finally(this.#done);
      });
    }
  }

  /** Called when the response has closed: it is complete, or the client has disconnected. */
  close(): void {
    this.#over = true;
    this.#leaveQueue?.();
    this.#attempts?.close();
    this.#body.letGo();
    this.#reservation?.release();
    if (this.#isCounted) this.#resources.limiter.release(this.#input.grant.keyId);
    this.#isCounted = false;
    if (!this.#isClosed) reportBodies(this.#deps, this.#input);
    this.#isClosed = true;
  }

  /** Whether the call goes on without its client, to record its answer. It calls `onEnd` when it has ended. */
  goesOn(onEnd: () => void): boolean {
    if (this.#over || this.#claimed?.isCollecting !== true) return false;
    this.#onEnd = onEnd;
    return true;
  }

  readonly #done = (): void => {
    this.#claimed?.end();
    this.#onEnd?.();
  };

  get grant(): Grant {
    return this.#input.grant;
  }

  /** Ends the call at any step. */
  stop(failure: GatewayFailure): void {
    if (this.#over) return;
    if (this.#attempts?.stop(failure) !== true) this.#fail(failure);
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
    this.#timer.ended('body');
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
    return await new Promise<boolean>((resolve) => {
      this.#leaveQueue = limiter.wait(keyId, (mayRun) => {
        this.#leaveQueue = undefined;
        this.#isCounted = mayRun;
        this.#timer.ended('queue');
        resolve(mayRun);
      });
      if (this.#leaveQueue === undefined) resolve(false);
    });
  }

  async #call(body: RequestBody): Promise<void> {
    const { route, grant } = this.#input;
    const conversation = (): number => this.#conversation(body);
    const { dialect } = route;
    const input = { name: body.model.name, dialect: dialect.id, grant, conversation };
    const targets = chooseTargets(input, this.#deps);
    if (!targets.ok) this.#refuse(targets.failure);
    else if (grant.idempotencyMs !== undefined && !(await this.#isFirst(body, targets.value)))
      return;
    else if (!(await this.#reserve(body, targets.value))) return;
    else if (route.encodeCount === undefined) await this.#try(body, targets.value);
    else await this.#count(body, targets.value, route.encodeCount);
  }

  #conversation(body: RequestBody): number {
    const { request, grant } = this.#input;
    const sessionId = request.headers[SESSION_HEADER]?.toString();
    return conversationHash({ body, keyId: grant.keyId, sessionId });
  }

  /** For a model that a key may not call, the response is the same as for one that doesn't exist. */
  #refuse({ reason, refusal }: TargetsFailure): void {
    const { keyId } = this.#input.grant;
    if (refusal !== undefined) this.#deps.onRefused?.({ code: refusal, keyId });
    this.#fail({ reason });
  }

  /** Whether the call is to be made. If it has an idempotency key, it may run already, or have its answer. */
  async #isFirst(body: RequestBody, targets: readonly Choice[]): Promise<boolean> {
    const claim = await claimCall(this.#deps, { ...this.#input, body }, this.#resources);
    if (!claim.ok) this.#fail(claim.failure);
    else if (claim.value.state === 'first') this.#claimed = claim.value.call;
    else if (!this.#over && (await this.#reserve(body, targets, true))) {
      sendRepetition(this.#deps, this.#input, claim.value);
    }
    return claim.ok && claim.value.state === 'first' && !this.#over;
  }

  /** Whether the limits and the budget of the key allow the call. */
  async #reserve(
    body: RequestBody,
    targets: readonly Choice[],
    isRepetition = false,
  ): Promise<boolean> {
    const call = { ...this.#input, body, targets, atMs: this.#atMs };
    const reservation = new CallReservation(this.#deps, call);
    const pending = isRepetition ? reservation.reserveRepetition() : reservation.reserve();
    const reserved = pending instanceof Promise ? await pending : pending;
    this.#timer.ended('limits');
    // The client may have disconnected while a remote store was asked.
    if (this.#over) reservation.release();
    else if (reserved.ok) this.#reservation = reservation;
    else this.#fail(reserved.failure);
    return !this.#over && reserved.ok;
  }

  /**
   * Counts the request's tokens: the first provider does if it can, otherwise they are estimated. Whether it can
   * says nothing about its health.
   */
  async #count(
    body: RequestBody,
    targets: readonly Choice[],
    encodeCount: NonNullable<CallRoute['encodeCount']>,
  ): Promise<void> {
    const { route, response, requestId, capture } = this.#input;
    const { dialect } = route;
    const counting = targets.slice(0, 1).filter((choice) => choice.dialect === dialect.id);
    if (counting.length > 0 && !(await this.#try(body, counting, cannotCountHere))) return;
    if (this.#over) return;
    const tokens = estimateRequest(dialect, body.bytes);
    if (tokens.ok)
      answerCount(response, tokens.value, { dialect, encodeCount, requestId, capture });
    else this.#fail(tokens.failure);
  }

  /**
   * Makes attempts until one responds or there are no more. Returns true if one was given up because of
   * `isUseless`, with nothing sent to the client.
   */
  async #try(
    body: RequestBody,
    targets: readonly Choice[],
    isUseless?: (end: EarlyEnd) => boolean,
  ): Promise<boolean> {
    const { response } = this.#input;
    this.#attempts = new CallAttempts(this.#deps, this.#resources, {
      input: this.#input,
      body,
      targets,
      conversation: () => this.#conversation(body),
      claimed: this.#claimed,
      timer: this.#timer,
      ...(isUseless && { isUseless }),
      onUnrecorded: () => {
        if (response.destroyed) this.#onEnd?.();
      },
      onOutcome: (outcome, choice, meter) => {
        this.#record(outcome, choice, meter, body.bytes.length);
      },
    });
    const end = await this.#attempts.run();
    if (end.state === 'failed') this.#fail(end.failure);
    return end.state === 'useless';
  }

  #record(outcome: Outcome, choice: Choice, meter: Meter, requestBytes: number): void {
    this.#timer.hasResponse();
    const { provider, model } = choice;
    const measured = meter.measure(outcome);
    const { usage, estimated } = measured;
    // The limits write what was settled together with the usage, so nothing may come between the two.
    const costMicroUsd = this.#reservation?.settle(measured, choice) ?? 0;
    this.#deps.usage.record({
      requestId: this.#input.requestId,
      keyId: this.#input.grant.keyId,
      atMs: this.#atMs,
      provider: provider.id,
      model,
      dialect: this.#input.route.dialect.id,
      ...outcome,
      usage,
      estimated,
      costMicroUsd,
      durationMs: this.#timer.durationMs,
      times: this.#timer.times,
      requestBytes,
      answerBytes: meter.answerBytes,
    });
  }

  #fail(failure: GatewayFailure): void {
    const { request, response, route, requestId, capture } = this.#input;
    this.#over = true;
    response.removeHeader(UPSTREAM_HEADER);
    sendFailure(response, route.dialect, requestId, failure, capture);
    discardBody(request, 2 * this.#deps.limits.maxBodyBytes);
  }
}
