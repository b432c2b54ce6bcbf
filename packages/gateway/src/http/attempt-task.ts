import type { ServerResponse } from 'node:http';
import type { RequestHead } from '../admit/request-head.ts';
import type { RequestBody } from '../body/request-body.ts';
import type { CallCredentials } from '../credentials/call-credentials.ts';
import type { Turns } from '../body/turns.ts';
import type { ClaimedCall } from '../idempotency/claimed-call.ts';
import type { BodyCapture } from '../debug/body-capture.ts';
import type { Meter } from '../meter/measure.ts';
import type { Grant } from '../ports.ts';
import type { EarlyEnd } from '../relay/retry-policy.ts';
import type { Outcome } from '../relay/upstream-reader.ts';
import type { Choice } from '../route/choose-provider.ts';
import type { CallRoute } from '../route/routes.ts';
import type { CallTimer } from './call-timer.ts';

/** The request to an upstream, and the response to the client. */
export interface AttemptTask {
  readonly response: ServerResponse;
  readonly requestId: string;
  readonly head: RequestHead;
  readonly route: CallRoute;
  readonly query: string;
  readonly body: RequestBody;
  readonly grant: Grant;
  /** As in `CallInput`. */
  readonly capture: BodyCapture | undefined;
  /** Set if the answer is to be recorded for repetitions. */
  readonly claimed: ClaimedCall | undefined;
  /** Called if it turns out that the answer can't be recorded. */
  readonly onUnrecorded: () => void;
  readonly choice: Choice;
  readonly credentials: CallCredentials;
  /** Whether it is the provider of the conversation's home, whose signatures aren't marked. */
  readonly isHome: boolean;
  readonly timer: CallTimer;
  /** The turns of the event loop in which a large body is translated. */
  readonly turns: Turns;
  /** Whether to give up for another attempt. Called only before anything is sent to the client. */
  readonly givesUp: (end: EarlyEnd) => boolean;
  /** As in `UpstreamReaderTask`. */
  readonly onAnswer: (failure?: EarlyEnd) => void;
  /** Called once, if this attempt responded to the client. */
  readonly onOutcome: (outcome: Outcome, meter: Meter) => void;
}
