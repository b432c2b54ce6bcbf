import type { Result, Secret } from '@postern/kernel';
import type { EraseReport, Problem } from '@postern/protocol';
import type { ListenerPlace } from '../server/listener.ts';
import type { RememberedBrowsers } from '../server/remembered-browsers.ts';
import type { SessionChallenges } from '../server/session-challenges.ts';
import type { Sessions } from '../server/sessions.ts';
import type { Postern } from '../postern.ts';

/** Who may use the app. */
export interface SignIns {
  readonly sessions: Sessions;
  readonly challenges: SessionChallenges;
  readonly browsers: RememberedBrowsers;
}

/** What the program does that runs the app. */
export interface AppProgram {
  /**
   * Starts a process that calls `confirmRekey` on this home, and waits until it has ended. It gets
   * the passphrase if the vault needs one.
   */
  confirmRekey(passphrase: Secret | undefined): Promise<void>;
  /** Erases the home of this process, whose vault is locked. */
  erase(): Promise<Result<EraseReport, Problem>>;
  /** Ends this process after its responses. */
  stop(): void;
}

export interface AppApiParts extends SignIns {
  readonly postern: Postern;
  /** Where the API is. */
  readonly place: ListenerPlace;
  readonly version: string;
  readonly program: AppProgram;
  /**
   * An unexpected error reached the outermost frame. Its message may contain anything and isn't
   * shown.
   */
  readonly onFault: (fault: unknown) => void;
}
