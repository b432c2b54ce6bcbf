import { expectOk, revealSecret, Secret, type Result } from '@postern/kernel';
import { secretName } from '@postern/protocol';
import { describe, expect, it } from 'vitest';
import { singleValue, type SecretRecord, type SecretStore } from '../secret-store.ts';
import type { SecretProblem, VaultFailure } from '../vault-failure.ts';

export interface StoreUnderTest {
  readonly store: SecretStore;
  /** Opens the same store again, as another process would. */
  readonly reopen: () => Promise<SecretStore>;
}

type Open = () => Promise<StoreUnderTest>;

/** The tests that every adapter of `SecretStore` must pass. Each starts with an empty store. */
export function secretStoreContract(name: string, open: Open): void {
  describe(`${name} as a secret store`, () => {
    keepsWhatItIsGiven(open);
    changesOneAtATime(open);
    refusesWhole(open);
  });
}

function keepsWhatItIsGiven(open: Open): void {
  it('returns undefined for an unknown name, not a failure', async () => {
    const { store } = await open();
    expect(expectOk(await store.get(secretName.from('absent')))).toBeUndefined();
    expect(expectOk(await store.remove(secretName.from('absent')))).toBe(false);
    expect(expectOk(await store.list())).toEqual([]);
  });

  it.each(VALUES)('stores %s exactly', async (_, text) => {
    const { store } = await open();
    const record = singleValue(secretName.from('kept'), Secret.of(text), 1_700_000_000_000);
    expectOk(await store.put(record));
    expect(plain(await store.get(record.name))).toEqual(plain({ ok: true, value: record }));
  });

  it('stores every field and both times', async () => {
    const { store } = await open();
    expectOk(await store.put(PROXY));
    expect(plain(await store.get(PROXY.name))).toEqual(plain({ ok: true, value: PROXY }));
  });
}

function changesOneAtATime(open: Open): void {
  it('replaces a whole record', async () => {
    const { store } = await open();
    expectOk(await store.put(PROXY));
    const next = singleValue(PROXY.name, Secret.of('other'), 1_800_000_000_000, PROXY);
    expectOk(await store.put(next));
    expect(plain(await store.get(PROXY.name))).toEqual(plain({ ok: true, value: next }));
    expect(expectOk(await store.list())).toHaveLength(1);
  });

  it('lists names, fields and times sorted by name, but no values', async () => {
    const { store } = await open();
    const zebra = singleValue(secretName.from('zebra'), Secret.of('stripes-are-secret'), 5);
    expectOk(await store.put(zebra));
    expectOk(await store.put(PROXY));
    const listed = expectOk(await store.list());
    expect(listed).toEqual([
      { name: PROXY.name, fields: ['username', 'password'], createdAtMs: 10, updatedAtMs: 20 },
      { name: zebra.name, fields: ['value'], createdAtMs: 5, updatedAtMs: 5 },
    ]);
    expect(JSON.stringify(listed)).not.toMatch(/stripes|pa55/);
  });

  it('removes only the given secret', async () => {
    const { store } = await open();
    const other = singleValue(secretName.from('other'), Secret.of('stays'), 1);
    expectOk(await store.put(PROXY));
    expectOk(await store.put(other));
    expect(expectOk(await store.remove(PROXY.name))).toBe(true);
    expect(expectOk(await store.remove(PROXY.name))).toBe(false);
    expect(expectOk(await store.get(PROXY.name))).toBeUndefined();
    expect(expectOk(await store.list()).map((info) => info.name)).toEqual(['other']);
    expect(plain(await store.get(other.name))).toEqual(plain({ ok: true, value: other }));
  });
}

function refusesWhole(open: Open): void {
  it.each(REFUSED)('refuses %s and stores nothing', async (_, record, problem) => {
    const { store } = await open();
    expect(await store.put(record)).toEqual({
      ok: false,
      failure: { reason: 'secret-invalid', problem },
    });
    expect(expectOk(await store.list())).toEqual([]);
  });

  it('loses nothing during concurrent writes', async () => {
    const { store } = await open();
    const records = Array.from({ length: 8 }, (_, at) =>
      singleValue(secretName.from(`key-${String(at)}`), Secret.of(`value ${String(at)}`), at),
    );
    const written = await Promise.all(records.map((record) => store.put(record)));
    expect(written.every(({ ok }) => ok)).toBe(true);
    expect(expectOk(await store.list())).toHaveLength(records.length);
  });

  it('has the same secrets when it is opened again', async () => {
    const { store, reopen } = await open();
    expectOk(await store.put(PROXY));
    const again = await reopen();
    expect(plain(await again.get(PROXY.name))).toEqual(plain({ ok: true, value: PROXY }));
    expectOk(await again.remove(PROXY.name));
    expect(expectOk(await store.get(PROXY.name))).toBeUndefined();
  });
}

const VALUES: readonly (readonly [string, string])[] = [
  ['an API key', 'sk-test-000000000000000000000000'],
  ['a single character', 'x'],
  ['spaces and line ends', '  leading\r\n\ttrailing \n'],
  ['NUL and control characters', 'a\0b\u0001c\u001b[2J'],
  ['quotes and backslashes', '"\\"\\\\\'`${x}'],
  ['every plane of Unicode', 'é e\u0301 漢 🗝️ \u{10ffff}'],
  ['JSON', '{"__proto__":{"polluted":true},"v":2}'],
  ['8 KiB', 'k'.repeat(8192)],
];

const PROXY: SecretRecord = {
  name: secretName.from('proxy'),
  fields: new Map([
    ['username', Secret.of('someone')],
    ['password', Secret.of('pa55')],
  ]),
  createdAtMs: 10,
  updatedAtMs: 20,
};

const REFUSED: readonly (readonly [string, SecretRecord, SecretProblem])[] = [
  ['a record without fields', { ...PROXY, fields: new Map() }, 'no-fields'],
  ['an empty value', singleValue(PROXY.name, Secret.of(''), 1), 'empty-value'],
  ['a lone surrogate', singleValue(PROXY.name, Secret.of('a\ud800'), 1), 'not-text'],
  ['more than 64 KiB', singleValue(PROXY.name, Secret.of('k'.repeat(65_537)), 1), 'too-large'],
  ['a field name with a slash', withField('a/b'), 'field-name'],
  ['a field named __proto__', withField('__proto__'), 'field-name'],
  ['an invalid time', singleValue(PROXY.name, Secret.of('x'), Number.NaN), 'times'],
];

function withField(field: string): SecretRecord {
  return { ...PROXY, fields: new Map([[field, Secret.of('x')]]) };
}

/** A record with plain values, so that they can be compared. */
function plain(result: Result<SecretRecord | undefined, VaultFailure>): unknown {
  const record = expectOk(result);
  if (record === undefined) return undefined;
  const fields = [...record.fields].map(([field, value]) => [field, revealSecret(value)]);
  return { ...record, fields };
}
