import type { GatewayKeyId } from '@postern/protocol';

/** A body for the log, without the keys of its call. */
export interface LoggedBody {
  readonly text: string;
  /** The length of the whole body. */
  readonly bytes: number;
  /** Whether the text is only its beginning. */
  readonly isCut: boolean;
}

/** The bodies of one call of a gateway key that is being debugged. */
export interface CallBodies {
  readonly requestId: string;
  readonly keyId: GatewayKeyId;
  /** The HTTP status sent to the client, or 499 if it disconnected before that. */
  readonly status: number;
  readonly request: LoggedBody;
  readonly response: LoggedBody;
}

/** The log for the bodies of keys that are being debugged. */
export interface BodyLog {
  /** Replaces keys of known forms in a text, without a change of its length. */
  redacted(text: string): string;
  write(bodies: CallBodies): void;
}
