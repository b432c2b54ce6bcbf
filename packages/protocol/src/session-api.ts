import * as v from 'valibot';

const short = v.pipe(v.string(), v.maxLength(128));

/** A launch code, or a remembered browser's signature of `signedText`. */
export const SessionInputSchema = v.union([
  v.strictObject({ code: short }),
  v.strictObject({
    browser: short,
    challenge: short,
    /** ECDSA P-256 with SHA-256, IEEE P1363, 64 bytes as base64url. */
    signature: short,
  }),
]);

export const BrowserInputSchema = v.strictObject({
  /** P-256, SubjectPublicKeyInfo in DER, 91 bytes as base64url. */
  publicKey: short,
});

export type SessionInput = v.InferOutput<typeof SessionInputSchema>;
export type SignedSessionInput = Exclude<SessionInput, { readonly code: string }>;
export type BrowserInput = v.InferOutput<typeof BrowserInputSchema>;

export interface SessionAnswer {
  /** The page's half of the session, given once. */
  readonly secret: string;
}

export interface ChallengeAnswer {
  /** For one sign-in within a minute. */
  readonly challenge: string;
}

export interface BrowserAnswer {
  readonly id: string;
}

/** A browser that signs in without a link. */
export interface BrowserView {
  readonly id: string;
  /** Such as `Firefox on Linux`. */
  readonly browser: string;
  readonly rememberedAtMs: number;
  readonly lastUsedAtMs: number;
  /** Whether the session of this request belongs to it. */
  readonly current: boolean;
}

export interface SessionView {
  readonly id: string;
  /** Such as `Firefox on Linux`. */
  readonly browser: string;
  readonly beganAtMs: number;
  readonly lastUsedAtMs: number;
  /** Whether it is the session of this request. */
  readonly current: boolean;
}
