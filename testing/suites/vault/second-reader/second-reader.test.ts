import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { openAuditLog } from '@postern/audit';
import { nodeDisk } from '@postern/disk';
import { expectOk, revealSecret, Secret } from '@postern/kernel';
import { secretName } from '@postern/protocol';
import { openVault, singleValue, type KeyringPort, type Vault } from '@postern/vault';
import { memoryKeyring, systemClock, systemRandomness } from '@postern/vault/testing';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  checkAnchor,
  checkDigest,
  keyFor,
  openHeader,
  openJwe,
  openNextKey,
  verifyAudit,
  type Way,
} from './second-reader.ts';
import * as shapes from './written-shapes.ts';

const MACHINE = 'a machine of tests';
const PASSPHRASE = 'cafe\u0301 au lait, twice';
const BACKUP_PASSPHRASE = 'another one, for the backup';
const VALUE = 'sk-test-0123456789 "é" \u0000';
const FORMATS = join(import.meta.dirname, '../../../../docs/formats');

/** Everything that the product wrote since the vault was created, by name, in order. */
const files: [string, string][] = [];
const entries = new Map<string, string[]>();

const disk: typeof nodeDisk = {
  ...nodeDisk,
  createFile: (path, bytes) => {
    files.push([basename(path), Buffer.from(bytes).toString()]);
    return nodeDisk.createFile(path, bytes);
  },
};
const kept = memoryKeyring();
const keyring: KeyringPort = {
  ...kept,
  set: (account, value) => {
    entries.set(account, [...(entries.get(account) ?? []), revealSecret(value)]);
    return kept.set(account, value);
  },
};

let dataDir: string;
let recoveryCode: string;
const backup = () => join(dataDir, '..', `${basename(dataDir)}.backup`);

async function open(): Promise<Vault> {
  const machineId = MACHINE;
  const world = { clock: systemClock, randomness: systemRandomness, keyring, disk };
  return expectOk(await openVault({ dataDir, machineId, ...world }));
}

const Digested = v.looseObject({ digest: v.string() });
const current = (name: string) => readFileSync(join(dataDir, name), 'utf8');
const written = (form: RegExp) => files.filter(([name]) => form.test(name)).map(([, text]) => text);
const jsonOf = (text: string): unknown => JSON.parse(text);

function read(way: Way) {
  const text = current('slots.json');
  return openHeader(text, v.parse(shapes.HeaderShape, jsonOf(text)), way);
}

function bySalts(): Way {
  const slots = [...kept.entries].filter(([account]) => account.startsWith('+slot.'));
  const salts = slots.map(([account, value]) => {
    const { salt } = v.parse(shapes.EntryShapes['+slot'], jsonOf(revealSecret(value)));
    return [account.replace(/^\+slot\.|@.*$/g, ''), salt] as const;
  });
  return { machineId: MACHINE, salts: new Map(salts) };
}

/** One vault goes through every operation that writes. Each test reads the resulting files. */
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'postern-second-'));
  const vault = await open();
  const made = await vault.create({ storage: 'keyring', passphrase: Secret.of(PASSPHRASE) });
  recoveryCode = revealSecret(expectOk(made).recoveryCode);
  const openai = singleValue(secretName.from('openai'), Secret.of(VALUE), 7);
  expectOk(await vault.secrets.put(openai));
  expectOk(await vault.secrets.put({ ...openai, name: secretName.from('gone') }));
  expectOk(await vault.secrets.remove(secretName.from('gone')));
});
afterAll(async () => {
  await rm(dataDir, { recursive: true });
  await rm(backup(), { force: true });
});

describe('a reader written from the documents', () => {
  it('opens the header with passphrase, recovery code and keyring to the same keys', () => {
    const keys = read({ passphrase: PASSPHRASE });
    expect(read({ recoveryCode })).toEqual(keys);
    expect(read({ recoveryCode: recoveryCode.toUpperCase().replaceAll('-', ' ') })).toEqual(keys);
    expect(read(bySalts())).toEqual(keys);
    expect(() => read({ passphrase: 'wrong' })).toThrow();
    expect(() =>
      read({ recoveryCode: recoveryCode.replace(/.$/, (last) => (last === 'q' ? 'p' : 'q')) }),
    ).toThrow();
  });

  it('derives the keys of databases, of the audit log and of the gateway', async () => {
    const { vaultId, dataKey, stableKey } = read({ passphrase: PASSPHRASE });
    const vault = await open();
    expectOk(await vault.unlock({ with: 'passphrase', passphrase: Secret.of(PASSPHRASE) }));
    for (const purpose of ['database/conversations', 'database/gateway']) {
      const own = keyFor(dataKey, vaultId, purpose).toString('hex');
      expect(own).toBe(revealSecret(expectOk(vault.deriveKey(purpose))));
    }
    for (const purpose of ['audit/log', 'gateway/key-hash']) {
      const own = keyFor(stableKey, vaultId, purpose).toString('hex');
      expect(own).toBe(revealSecret(expectOk(vault.deriveStableKey(purpose))));
    }
  });

  it('verifies that the anchor, in its file and in the keyring, matches the newest files', async () => {
    const vault = await open();
    expectOk(await vault.unlock({ with: 'passphrase', passphrase: Secret.of(PASSPHRASE) }));
    expectOk(await vault.saveAuditHead({ count: 2, hash: 'a1b2', atMs: 3 }));
    const keys = read({ passphrase: PASSPHRASE });
    const text = current('anchor.json');
    const anchor = v.parse(shapes.AnchorShape, jsonOf(text));
    checkAnchor(text, anchor, keys);
    const altered = text.replace('"count":2', '"count":1');
    expect(() => {
      checkAnchor(altered, anchor, keys);
    }).toThrow();
    const header = v.parse(shapes.HeaderShape, jsonOf(current('slots.json')));
    expect([anchor.slots, anchor.audit?.count]).toEqual([header.generation, 2]);
    const entry = jsonOf(
      revealSecret(kept.entries.get(`+anchor@${keys.vaultId}`) ?? Secret.of('')),
    );
    expect(v.parse(shapes.EntryShapes['+anchor'], entry).anchor).toBe(text.trimEnd());
  });

  it('verifies the audit log of that vault, and finds a changed byte', async () => {
    const { vaultId, stableKey } = read({ passphrase: PASSPHRASE });
    const key = keyFor(stableKey, vaultId, 'audit/log');
    const directory = join(dataDir, 'audit');
    const log = expectOk(
      await openAuditLog({
        directory,
        key: Secret.of(key.toString('hex')),
        clock: systemClock,
        actor: { uid: 1, pid: 2, executable: null },
      }),
    );
    expectOk(await log.append({ action: 'vault.unlock', outcome: 'success' }));
    await log.close();
    const headText = readFileSync(join(directory, 'head.json'), 'utf8');
    const head = v.parse(shapes.AuditHeadShape, jsonOf(headText));
    const text = readFileSync(join(directory, head.segment), 'utf8');
    expect(verifyAudit(key, head, headText, text)).toBe(2);
    expect(() => verifyAudit(key, head, headText, text.replace('unlock', 'unlocl'))).toThrow();
  });

  it('reads the entries of the keyring', () => {
    const { vaultId } = read({ passphrase: PASSPHRASE });
    const entryOf = (account: string) =>
      jsonOf(revealSecret(kept.entries.get(account) ?? Secret.of('')));
    const entry = v.parse(shapes.EntryShapes.secret, entryOf(`openai@${vaultId}`));
    expect({ ...entry, digest: undefined }).toEqual({
      ...{ v: 1, account: `openai@${vaultId}`, fields: { value: VALUE } },
      ...{ createdAtMs: 7, updatedAtMs: 7 },
    });
    const { secrets } = v.parse(shapes.EntryShapes['+index'], entryOf(`+index@${vaultId}`));
    expect(secrets).toEqual({ openai: { fields: ['value'], createdAtMs: 7, updatedAtMs: 7 } });
  });

  it('opens the secrets file with the passphrase and with the data key, and the backup', async () => {
    const vault = await open();
    expectOk(await vault.unlock({ with: 'passphrase', passphrase: Secret.of(PASSPHRASE) }));
    const passphrase = Secret.of(PASSPHRASE);
    expectOk(await vault.migrate({ to: 'file', passphrase, removeSource: true }));
    const file = v.parse(shapes.JweShape, jsonOf(current('secrets.jwe.json')));
    const keys = read({ recoveryCode });
    const { generation } = v.parse(
      v.object({ generation: v.number() }),
      jsonOf(Buffer.from(file.protected, 'base64url').toString()),
    );
    const anchor = v.parse(shapes.AnchorShape, jsonOf(current('anchor.json')));
    expect(anchor.secrets).toBe(generation);
    const record = { fields: { value: VALUE }, createdAtMs: 7, updatedAtMs: 7 };
    for (const way of [{ passphrase: PASSPHRASE }, keys]) {
      const content = v.parse(shapes.SecretsShape, jsonOf(openJwe(file, way)));
      expect(content.secrets).toEqual({ openai: record });
    }
    expect(() => openJwe(file, { passphrase: 'wrong' })).toThrow();
    const place = { file: backup(), passphrase: Secret.of(BACKUP_PASSPHRASE) };
    expectOk(await vault.backUp(place));
    const sealed = v.parse(shapes.JweShape, jsonOf(readFileSync(backup(), 'utf8')));
    const { secrets, dataKey, lastingKey } = v.parse(
      shapes.BackupShape,
      jsonOf(openJwe(sealed, { passphrase: BACKUP_PASSPHRASE })),
    );
    expect(secrets).toEqual({ openai: record });
    expect([dataKey, lastingKey]).toEqual(
      [keys.dataKey, keys.stableKey].map((key) => key.toString('base64url')),
    );
  });

  it('finds the new data key in the journal of a key change', async () => {
    const vault = await open();
    expectOk(await vault.unlock({ with: 'recovery', code: Secret.of(recoveryCode) }));
    const before = read({ recoveryCode });
    const changed = expectOk(await vault.rekey({ passphrase: Secret.of(PASSPHRASE) }));
    recoveryCode = revealSecret(changed.recoveryCode);
    const journal = v.parse(shapes.JournalShape, jsonOf(current('journal.json')));
    if (journal.operation !== 'rekey') throw new Error(journal.operation);
    const old = v.parse(shapes.HeaderShape, jsonOf(journal.oldHeader));
    const bound = ['postern-next-key', 1, old.vaultId, old.dataKeyId, journal.newDataKeyId];
    const after = read({ passphrase: PASSPHRASE });
    expect(openNextKey(before, journal.newKey, bound)).toEqual(after.dataKey);
    expect(after.stableKey).toEqual(before.stableKey);
    const next = await open();
    expectOk(await next.unlock({ with: 'passphrase', passphrase: Secret.of(PASSPHRASE) }));
    expectOk(await next.confirmRekey());
    // The other journals: adding a keyring slot, moving secrets to the keyring, restoring a backup.
    expectOk(await next.migrate({ to: 'keyring', removeSource: true }));
    const slot = next.slots.find(({ kind }) => kind === 'keyring');
    expectOk(await next.removeSlot(slot?.id ?? ''));
    expectOk(await next.addKeyring());
    expectOk(await next.restore({ file: backup(), passphrase: Secret.of(BACKUP_PASSPHRASE) }));
  });
});

describe('a reader written from the documents, with both required', () => {
  it('opens the header with the passphrase and the keyring, and not with one of them', async () => {
    const passphrase = Secret.of(PASSPHRASE);
    const vault = await open();
    expectOk(await vault.unlock({ with: 'keyring' }));
    expectOk(await vault.migrate({ to: 'file', passphrase, removeSource: true }));
    const { recoveryCode: code } = expectOk(await vault.rekey({ passphrase, requireBoth: true }));
    recoveryCode = revealSecret(code);
    const next = await open();
    expectOk(await next.unlock({ with: 'passphrase', passphrase }));
    expectOk(await next.confirmRekey());
    const keyringOnly = bySalts();
    const salts = 'salts' in keyringOnly ? keyringOnly.salts : undefined;
    const keys = read({ passphrase: PASSPHRASE, ...(salts && { salts }) });
    expect(read({ recoveryCode })).toEqual(keys);
    for (const one of [keyringOnly, { passphrase: PASSPHRASE }]) expect(() => read(one)).toThrow();
    const file = v.parse(shapes.JweShape, jsonOf(current('secrets.jwe.json')));
    expect(openJwe(file, keys)).toContain('openai');
    expect(() => openJwe(file, { passphrase: PASSPHRASE })).toThrow('no such recipient');
  });
});

describe('docs/formats', () => {
  it('documents every file, field by field', () => {
    const kinds: readonly (readonly [RegExp, v.GenericSchema])[] = [
      [/slots\.json/, shapes.HeaderShape],
      [/anchor\.json/, shapes.AnchorShape],
      [/journal\.json/, shapes.JournalShape],
      [/jwe\.json|\.backup/, shapes.JweShape],
    ];
    for (const [name, text] of files) {
      const shape = kinds.find(([form]) => form.test(name))?.[1];
      if (shape === undefined) throw new Error(`${name} is written but not documented`);
      v.parse(shape, jsonOf(text));
    }
    for (const text of written(/jwe\.json|\.backup/)) {
      const { protected: header } = v.parse(shapes.JweShape, jsonOf(text));
      v.parse(shapes.ProtectedShape, jsonOf(Buffer.from(header, 'base64url').toString()));
    }
    for (const text of written(/slots\.json|journal\.json|anchor\.json/)) {
      checkDigest(text, v.parse(Digested, jsonOf(text)).digest);
    }
    const operations = written(/journal\.json/).map(
      (text) => v.parse(shapes.JournalShape, jsonOf(text)).operation,
    );
    expect(new Set(operations)).toEqual(
      new Set(['create', 'migrate', 'slots', 'rekey', 'restore']),
    );
  });

  it('documents every keyring entry', () => {
    expect(entries.size).toBeGreaterThan(3);
    for (const [account, values] of entries) {
      if (account.startsWith('+probe@')) continue;
      const kind = (['+index', '+slot', '+anchor'] as const).find((one) => account.startsWith(one));
      const shape: v.GenericSchema = shapes.EntryShapes[kind ?? 'secret'];
      for (const value of values) {
        v.parse(shape, jsonOf(value));
        checkDigest(value, v.parse(Digested, jsonOf(value)).digest);
      }
    }
  });

  it('names every field', () => {
    const document = readFileSync(join(FORMATS, 'vault.md'), 'utf8');
    const names = new Set<string>();
    for (const text of [...files.map(([, file]) => file), ...entryTexts()]) {
      for (const name of membersOf(jsonOf(text))) names.add(name);
    }
    const users = ['openai', 'gone', 'value'];
    const missing = [...names].filter(
      (name) => !users.includes(name) && !new RegExp(`[\`"]${name}[\`"]`).test(document),
    );
    expect(missing).toEqual([]);
    expect(names.size).toBeGreaterThan(40);
  });
});

function entryTexts(): readonly string[] {
  const probes = ([account]: readonly [string, unknown]) => account.startsWith('+probe@');
  return [...entries].filter((entry) => !probes(entry)).flatMap(([, values]) => values);
}

function membersOf(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(membersOf);
  return Object.entries(value).flatMap(([name, member]) => [name, ...membersOf(member)]);
}
