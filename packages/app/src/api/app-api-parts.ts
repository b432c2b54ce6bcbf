import type { Result, Secret } from '@postern/kernel';
import type { BackupContents, EraseReport, Problem } from '@postern/protocol';
import type { ListenerPlace } from '../server/listener.ts';
import type { RememberedBrowsers } from '../server/remembered-browsers.ts';
import type { SessionChallenges } from '../server/session-challenges.ts';
import type { Sessions } from '../server/sessions.ts';
import type { Postern } from '../postern.ts';
import type { DatabaseLabel } from '../stores/vault-databases.ts';

/** Who may use the app. */
export interface SignIns {
  readonly sessions: Sessions;
  readonly challenges: SessionChallenges;
  readonly browsers: RememberedBrowsers;
}

/** A backup that is made while the vault is unlocked here. */
export interface BackUpRequest {
  /** An absolute path in this home. */
  readonly file: string;
  /** The vault's passphrase, if the vault needs one. */
  readonly passphrase: Secret | undefined;
  readonly backupPassphrase: Secret;
  /** Parts that are left out. */
  readonly without: readonly DatabaseLabel[];
  readonly onProgress: (doneBytes: number, allBytes: number) => void;
  /** Ends the process that makes it. */
  readonly signal: AbortSignal;
}

/** What the program does that runs the app. */
export interface AppProgram {
  /** Starts a process that calls `makeBackup` on this home: this one has the databases open, and can't copy them. */
  backUp(request: BackUpRequest): Promise<Result<BackupContents, Problem>>;
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
