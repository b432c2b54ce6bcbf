import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ConcurrencyLimiter } from '../admit/concurrency-limiter.ts';
import type { RequestHead } from '../admit/request-head.ts';
import type { Shares } from '../admit/shares.ts';
import type { Turns } from '../body/turns.ts';
import type { CredentialCooldowns } from '../credentials/credential-cooldowns.ts';
import type { BodyCapture } from '../debug/body-capture.ts';
import type { Grant } from '../ports.ts';
import type { CircuitBreakers } from '../route/circuit-breakers.ts';
import type { CallRoute } from '../route/routes.ts';

/** One admitted request on its way to an upstream and back. */
export interface CallInput {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
  readonly head: RequestHead;
  readonly grant: Grant;
  readonly route: CallRoute;
  readonly query: string;
  /** Set if the gateway key is being debugged. */
  readonly capture: BodyCapture | undefined;
  /** When it arrived, in the clock's monotonic time. */
  readonly arrivedMs: number;
}

/** What all calls share. */
export interface CallResources {
  readonly limiter: ConcurrencyLimiter;
  readonly bodyMemory: Shares;
  readonly turns: Turns;
  readonly breakers: CircuitBreakers;
  readonly cooldowns: CredentialCooldowns;
}
