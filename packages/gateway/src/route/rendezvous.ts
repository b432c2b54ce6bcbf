import { HASH_SEED, hashText } from '../body/first-question.ts';

/** Something among which conversations are shared. */
export interface Share {
  /** Stable: the share of a conversation depends on it. */
  readonly id: string;
  readonly weight: number;
}

/**
 * Orders shares for a conversation by weighted rendezvous hashing: each share has a score of its own for the
 * conversation, so that a share that is added or removed moves only its own conversations.
 */
export function byRendezvous<T extends Share>(shares: readonly T[], conversation: number): T[] {
  if (shares.length < 2) return [...shares];
  return shares
    .map((share) => ({ share, score: scoreOf(share, conversation) }))
    .sort((one, other) => other.score - one.score || (one.share.id < other.share.id ? -1 : 1))
    .map(({ share }) => share);
}

function scoreOf({ id, weight }: Share, conversation: number): number {
  const mixed = mix(mix(conversation) ^ hashText(id, HASH_SEED));
  return -weight / Math.log((mixed + 0.5) / 2 ** 32);
}

/** The finalizer of MurmurHash3: every bit of the input changes half of the bits of the output. */
function mix(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
