import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomicallySync } from '@postern/disk';
import {
  decodeUtf8,
  failed,
  ok,
  parseJson,
  revealSecret,
  type Clock,
  type Randomness,
  type Result,
} from '@postern/kernel';
import { problem, type Problem } from '@postern/protocol';
import { describeVaultFailure, readMac, withMac, type Vault } from '@postern/vault';
import * as v from 'valibot';
import { readPrivately } from '../config/read-privately.ts';

const FILE = 'remembered-browsers.json';
const MAX_BYTES = 65_536;
const MAX_BROWSERS = 32;
const UNUSED_LIFE_MS = 30 * 24 * 3_600_000;

const BrowserSchema = v.strictObject({
  id: v.string(),
  /** As `BrowserInput` has it. */
  publicKey: v.string(),
  /** Where the key was made. A browser has other keys for other origins. */
  origin: v.string(),
  browser: v.string(),
  rememberedAtMs: v.number(),
  lastUsedAtMs: v.number(),
});

const FileSchema = v.strictObject({
  version: v.literal(1),
  /** The ids of the vault's key slots when the file was written. */
  slots: v.array(v.string()),
  browsers: v.array(BrowserSchema),
});

/** The public key of a browser that may sign in without a link. */
export type RememberedBrowser = v.InferOutput<typeof BrowserSchema>;

/**
 * The remembered browsers, in a file with a MAC under a key of the vault. They are forgotten when
 * the data key or a key slot changes, and after 30 days without use.
 */
export interface RememberedBrowsers {
  /** Fails while the vault is locked. */
  list(): Result<readonly RememberedBrowser[], Problem>;
  /**
   * The browser as the file has it, whose MAC can't be checked while the vault is locked. Trust it
   * only as far as to ask for the passphrase.
   */
  findUnverified(id: string): RememberedBrowser | undefined;
  /** Returns the new browser's id. The one that wasn't used for the longest time makes room. */
  add(
    browser: Pick<RememberedBrowser, 'publicKey' | 'origin' | 'browser'>,
  ): Result<string, Problem>;
  /** It signed in just now. */
  used(id: string): Result<undefined, Problem>;
  forget(isMeant: (browser: RememberedBrowser) => boolean): Result<undefined, Problem>;
  /** Works while the vault is locked, too. */
  forgetAll(): void;
}

export interface RememberedBrowsersParts {
  readonly dataDir: string;
  readonly vault: Pick<Vault, 'deriveKey' | 'slots'>;
  readonly clock: Clock;
  readonly randomness: Randomness;
}

export function rememberedBrowsers(parts: RememberedBrowsersParts): RememberedBrowsers {
  const { clock, randomness } = parts;
  const path = join(parts.dataDir, FILE);
  const list: RememberedBrowsers['list'] = () => {
    const key = macKey(parts.vault);
    if (!key.ok) return key;
    const content = readContent(path, (file) => file.isVerifiedBy(key.value));
    if (content?.slots.join() !== slotsOf(parts.vault).join()) return ok([]);
    return ok(content.browsers.filter((each) => isFresh(each, clock)));
  };
  const write = (browsers: readonly RememberedBrowser[]): Result<undefined, Problem> => {
    const key = macKey(parts.vault);
    if (!key.ok) return key;
    const content = { version: 1, slots: slotsOf(parts.vault), browsers };
    const written = writeAtomicallySync(path, withMac(JSON.stringify(content), key.value));
    if (written.ok) return ok();
    const code = written.failure.reason === 'disk-full' ? 'DISK_FULL' : 'HOME_READ_ONLY';
    return failed(problem(code, `Can't write ${path}.`));
  };
  return {
    list,
    findUnverified: (id) =>
      readContent(path, () => true)?.browsers.find(
        (each) => each.id === id && isFresh(each, clock),
      ),
    add: (browser) => {
      const before = list();
      if (!before.ok) return before;
      const id = Buffer.from(randomness.bytes(12)).toString('base64url');
      const nowMs = clock.nowMs();
      const newest = before.value
        .toSorted((one, other) => other.lastUsedAtMs - one.lastUsedAtMs)
        .slice(0, MAX_BROWSERS - 1);
      const added = { id, ...browser, rememberedAtMs: nowMs, lastUsedAtMs: nowMs };
      const written = write([added, ...newest]);
      return written.ok ? ok(id) : written;
    },
    used: (id) => {
      const before = list();
      if (!before.ok) return before;
      const nowMs = clock.nowMs();
      return write(
        before.value.map((each) => (each.id === id ? { ...each, lastUsedAtMs: nowMs } : each)),
      );
    },
    forget: (isMeant) => {
      const before = list();
      if (!before.ok) return before;
      const kept = before.value.filter((each) => !isMeant(each));
      return kept.length === before.value.length ? ok() : write(kept);
    },
    forgetAll: () => {
      rmSync(path, { force: true });
    },
  };
}

function isFresh({ lastUsedAtMs }: RememberedBrowser, clock: Clock): boolean {
  return clock.nowMs() - lastUsedAtMs <= UNUSED_LIFE_MS;
}

function slotsOf({ slots }: Pick<Vault, 'slots'>): readonly string[] {
  return slots.map(({ id }) => id);
}

function macKey(vault: Pick<Vault, 'deriveKey'>): Result<Uint8Array, Problem> {
  const key = vault.deriveKey('app/remembered-browsers');
  if (!key.ok) return failed(describeVaultFailure(key.failure));
  return ok(Buffer.from(revealSecret(key.value), 'hex'));
}

/** Undefined if there is no such file, if it is damaged, or if it doesn't pass the check. */
function readContent(
  path: string,
  passes: (file: { isVerifiedBy(key: Uint8Array): boolean }) => boolean,
): v.InferOutput<typeof FileSchema> | undefined {
  const bytes = readPrivately(path, MAX_BYTES);
  if (!bytes.ok || bytes.value === undefined) return undefined;
  const file = readMac(decodeUtf8(bytes.value) ?? '');
  if (!file.ok || !passes(file.value)) return undefined;
  const json = parseJson(file.value.json, { maxLength: MAX_BYTES });
  const content = json.ok ? v.safeParse(FileSchema, json.value) : undefined;
  return content?.success === true ? content.output : undefined;
}
