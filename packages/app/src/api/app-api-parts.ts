import type { HostGuard } from '../server/host-guard.ts';
import type { Sessions } from '../server/sessions.ts';
import type { Postern } from '../postern.ts';

export interface AppApiParts {
  readonly postern: Postern;
  readonly sessions: Sessions;
  readonly guard: HostGuard;
  readonly version: string;
  readonly gatewayUrl: string;
  /**
   * An unexpected error reached the outermost frame. Its message may contain anything and isn't
   * shown.
   */
  readonly onFault: (fault: unknown) => void;
}
