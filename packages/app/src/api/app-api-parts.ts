import type { ListenerPlace } from '../server/listener.ts';
import type { Sessions } from '../server/sessions.ts';
import type { Postern } from '../postern.ts';

export interface AppApiParts {
  readonly postern: Postern;
  readonly sessions: Sessions;
  /** Where the API is. */
  readonly place: ListenerPlace;
  readonly version: string;
  /**
   * An unexpected error reached the outermost frame. Its message may contain anything and isn't
   * shown.
   */
  readonly onFault: (fault: unknown) => void;
}
