import type { RequestBody } from '../body/request-body.ts';
import { CallCredentials } from '../credentials/call-credentials.ts';
import type { GatewayFailure } from '../failure.ts';
import { upstreamName, UPSTREAM_HEADER } from '../headers/upstream-name.ts';
import type { ClaimedCall } from '../idempotency/claimed-call.ts';
import type { Meter } from '../meter/measure.ts';
import type { GatewayDeps } from '../ports.ts';
import type { EarlyEnd } from '../relay/retry-policy.ts';
import type { Outcome } from '../relay/upstream-reader.ts';
import { AttemptPlan, type PlannedAttempt } from '../route/attempt-plan.ts';
import type { Choice } from '../route/choose-provider.ts';
import { Attempt, type AttemptEnd } from './attempt.ts';
import type { CallInput, CallResources } from './call-input.ts';
import type { CallTimer } from './call-timer.ts';

/** A call whose targets are chosen and whose limits are reserved. */
export interface AttemptsTask {
  readonly input: CallInput;
  readonly body: RequestBody;
  readonly targets: readonly Choice[];
  /** A hash of the conversation, which decides the credential. */
  readonly conversation: () => number;
  /** As in `AttemptTask`. */
  readonly claimed: ClaimedCall | undefined;
  readonly onUnrecorded: () => void;
  readonly timer: CallTimer;
  /**
   * Whether an attempt that ended so says that no provider can serve the request, and nothing about the provider's
   * health. Then there is only one attempt.
   */
  readonly isUseless?: (end: EarlyEnd) => boolean;
  /** Called once, if an attempt responded to the client. */
  readonly onOutcome: (outcome: Outcome, choice: Choice, meter: Meter) => void;
}

/**
 * `over`: the response is complete or cut, or the client has disconnected. `useless`: an attempt was given up
 * because of `isUseless`. `failed`: no attempt responded. After the last two, nothing was sent to the client.
 */
export type AttemptsEnd =
  | { readonly state: 'over' | 'useless' }
  | { readonly state: 'failed'; readonly failure: GatewayFailure };

const OVER: AttemptsEnd = { state: 'over' };

/** The attempts of one call, one after another, until one responds or the plan has no more. */
export class CallAttempts {
  readonly #deps: GatewayDeps;
  readonly #task: AttemptsTask;
  readonly #turns: CallResources['turns'];
  readonly #plan: AttemptPlan;
  readonly #credentials: CallCredentials;
  #attempt: Attempt | undefined;
  #endPause: (() => void) | undefined;
  #isOver = false;

  constructor(
    deps: GatewayDeps,
    { breakers, cooldowns, turns }: Pick<CallResources, 'breakers' | 'cooldowns' | 'turns'>,
    task: AttemptsTask,
  ) {
    this.#deps = deps;
    this.#task = task;
    this.#turns = turns;
    const { clock, randomness, routing, credentials: source } = deps;
    const isAboutHealth = task.isUseless === undefined;
    this.#plan = new AttemptPlan(
      {
        clock,
        randomness,
        breakers: isAboutHealth ? breakers : undefined,
        retries: isAboutHealth ? routing.retries : { ...routing.retries, attempts: 1 },
      },
      task.targets,
    );
    const { conversation } = task;
    this.#credentials = new CallCredentials({ source, cooldowns, conversation });
  }

  async run(): Promise<AttemptsEnd> {
    const { timer, isUseless } = this.#task;
    const useless = { was: false };
    while (!useless.was) {
      const next = this.#plan.next();
      if (!next.ok) return { state: 'failed', failure: next.failure };
      if (next.value.delayMs > 0) await this.#pause(next.value.delayMs);
      timer.ended('retry');
      if (this.#isOver) return OVER;
      const end = await this.#try(next.value, (early) => {
        useless.was = isUseless?.(early) ?? false;
        return !this.#isOver && (useless.was || this.#plan.givesUp(early));
      });
      if (end.state === 'failed') return end;
      if (end.state === 'over') return OVER;
      timer.ended('upstream');
    }
    return { state: 'useless' };
  }

  /** The response has closed. */
  close(): void {
    this.#end();
    this.#attempt?.close();
    this.#plan.close();
  }

  /** Ends the attempts; false if there is no response to end. */
  stop(failure: GatewayFailure): boolean {
    if (this.#attempt?.stop(failure) === true) return true;
    this.#end();
    return false;
  }

  #end(): void {
    this.#isOver = true;
    this.#endPause?.();
  }

  async #try(
    { choice, isHome }: PlannedAttempt,
    givesUp: (end: EarlyEnd) => boolean,
  ): Promise<AttemptEnd> {
    const { input, body, targets, claimed, onUnrecorded, timer, onOutcome } = this.#task;
    const name = upstreamName(choice, input.grant);
    if (name !== undefined) input.response.setHeader(UPSTREAM_HEADER, name);
    const attempt = new Attempt(this.#deps, {
      ...input,
      body,
      choice,
      credentials: this.#credentials,
      isHome,
      claimed,
      onUnrecorded,
      givesUp,
      timer,
      turns: this.#turns,
      onAnswer: (failure) => {
        timer.hasResponse();
        this.#plan.answered(failure);
        const [home] = targets;
        if (home !== undefined && choice !== home && failure === undefined)
          this.#deps.onRouting?.({ kind: 'fallback', from: home, choice });
      },
      onOutcome: (outcome, meter) => {
        onOutcome(outcome, choice, meter);
      },
    });
    this.#attempt = attempt;
    return await attempt.run();
  }

  /** Waits before the next attempt, at most until the call is over. */
  async #pause(delayMs: number): Promise<void> {
    if (this.#isOver) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, delayMs);
      this.#endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#endPause = undefined;
  }
}
