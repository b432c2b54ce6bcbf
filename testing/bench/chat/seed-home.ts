import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  composePostern,
  createProcessLog,
  homeOf,
  machineId,
  open,
  systemClock,
  systemKeyring,
  systemRandomness,
  type Postern,
} from '@postern/app';
import { expectOk, type Result } from '@postern/kernel';
import type { ConversationId, Message, MessageId, Problem } from '@postern/protocol';
import { KDF_COSTS } from '@postern/vault';
import { createProse } from './prose.ts';

export const PASSPHRASE = 'three blind mice run';

export interface Seeded {
  /** The chat with the most messages, and their texts. */
  readonly longest: ConversationId;
  readonly longestTexts: readonly string[];
  readonly titles: readonly string[];
}

export interface SeedPlan {
  /** Beside the long one. */
  readonly chats: number;
  /** Of all of these chats. */
  readonly messages: number;
  /** Of the long one. */
  readonly longMessages: number;
}

/** A vault with a passphrase, and chats of made-up prose: the same for the same plan. */
export async function seedHome(directory: string, plan: SeedPlan): Promise<Seeded> {
  // In memory if possible: each message is flushed to the disk, which takes long there.
  const base = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
  const scratch = mkdtempSync(join(base, 'postern-seed-'));
  try {
    const postern = await composeIn(scratch);
    orThrow(await postern.setUp({ storage: 'file', passphrase: PASSPHRASE }));
    const seeded = addChats(postern, plan);
    await postern.close();
    cpSync(scratch, directory, { recursive: true });
    return seeded;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function composeIn(home: string): Promise<Postern> {
  const places = {
    home,
    xdgConfigHome: undefined,
    xdgDataHome: undefined,
    xdgRuntimeDir: undefined,
  };
  const parts = {
    home: homeOf(places, join(home, 'postern')),
    clock: systemClock,
    randomness: systemRandomness,
    kdfCosts: KDF_COSTS,
    keyring: systemKeyring({ sessionBus: undefined }),
    machineId: machineId(),
    storage: 'file',
  } as const;
  const found = orThrow(await open(parts));
  const log = createProcessLog({
    clock: systemClock,
    config: { level: 'error', format: 'text' },
    out: () => undefined,
  });
  return orThrow(
    await composePostern(
      { ...parts, log, say: () => undefined, version: '0.0.0', lookEveryMs: 60_000 },
      found,
    ),
  );
}

function orThrow<T>(result: Result<T, Problem>): T {
  if (result.ok) return result.value;
  throw new Error(result.failure.message);
}

function addChats(postern: Postern, { chats, messages, longMessages }: SeedPlan): Seeded {
  const store = postern.stores()?.conversations;
  if (store === undefined) throw new Error('The vault is locked.');
  const prose = createProse(1);
  const textsOf = (count: number): readonly string[] =>
    Array.from({ length: count }, (_, at) => (at % 2 === 0 ? prose.sentence() : prose.answer()));
  const add = (title: string, texts: readonly string[]): ConversationId => {
    const { id } = expectOk(store.create({ title }));
    let parentId: MessageId | null = null;
    for (const [at, text] of texts.entries()) {
      const message: Message = expectOk(
        store.addMessage({
          ...{ conversationId: id, parentId, status: 'complete' },
          role: at % 2 === 0 ? 'user' : 'assistant',
          parts: [{ kind: 'text', text }],
        }),
      );
      parentId = message.id;
    }
    return id;
  };
  const titles = Array.from({ length: chats }, () => prose.title());
  const each = Math.floor(messages / Math.max(1, chats));
  for (const title of titles) add(title, textsOf(each));
  const longestTexts = textsOf(longMessages);
  return { longest: add('The longest chat', longestTexts), longestTexts, titles };
}
