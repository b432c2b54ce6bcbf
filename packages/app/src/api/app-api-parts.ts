import type { HostGuard } from '../server/host-guard.ts';
import type { Sessions } from '../server/sessions.ts';
import type { Postern } from '../postern.ts';

export interface AppApiParts {
  readonly postern: Postern;
  readonly sessions: Sessions;
  readonly guard: HostGuard;
  readonly version: string;
  readonly gatewayUrl: string;
  /** A fault reached the outermost frame; its message may hold anything and is not shown. */
  readonly onFault: (fault: unknown) => void;
}
