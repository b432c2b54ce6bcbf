import { randomBytes } from 'node:crypto';
import type { Randomness } from '@postern/kernel';

/** The operating system's generator. */
export const systemRandomness: Randomness = { bytes: (count) => randomBytes(count) };
