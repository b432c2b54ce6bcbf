import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IssuedKey } from '@postern/gateway';
import { Secret, type Result } from '@postern/kernel';
import type { Problem } from '@postern/protocol';
import { beforeEach, describe, expect, test } from 'vitest';
import { auditDirectory } from '../audit/audit.ts';
import { openWorld, type OpenWorld } from '../testing/open-world.ts';
import { valueOf } from '../testing/value-of.ts';
import { connectOrCreate } from '../vault/connect-or-open.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import {
  createGatewayKey,
  importGatewayKey,
  listGatewayKeys,
  raiseGatewayKeyBudget,
  revokeGatewayKey,
  rotateGatewayKey,
  setGatewayKeyDisabled,
  updateGatewayKey,
} from './gateway-keys.ts';

const KEY = Secret.of('sk-8fK2mQz7VxT1cRb9LpW4Ng');
const BUDGET = { amountMicroUsd: 5_000_000, period: 'day' } as const;

let world: OpenWorld;
let vault: OpenVault;
let issued: IssuedKey;

beforeEach(async () => {
  world = openWorld();
  vault = valueOf(await connectOrCreate(world.parts));
  const settings = { models: 'all', budget: BUDGET } as const;
  issued = valueOf(await createGatewayKey(world.parts, vault, { name: 'theirs', settings }));
});

type Change = () => Promise<Result<unknown, Problem>>;

const CHANGES: readonly (readonly [string, Change])[] = [
  ['create', () => createGatewayKey(world.parts, vault, { name: 'new', settings: {} })],
  [
    'import',
    () =>
      importGatewayKey(world.parts, vault, {
        name: 'old',
        key: KEY,
        settings: {},
        isForced: false,
      }),
  ],
  ['update', () => updateGatewayKey(world.parts, vault, 'theirs', { models: ['one'] })],
  [
    'debug',
    () => updateGatewayKey(world.parts, vault, 'theirs', { debugUntilMs: Date.now() + 1e6 }),
  ],
  ['rotate', () => rotateGatewayKey(world.parts, vault, 'theirs', 0)],
  [
    'raise',
    () =>
      raiseGatewayKeyBudget(world.parts, vault, 'theirs', {
        amountMicroUsd: 1,
        untilMs: Date.now() + 1e6,
      }),
  ],
  ['disable', () => setGatewayKeyDisabled(world.parts, vault, 'theirs', true)],
  ['revoke', () => revokeGatewayKey(world.parts, vault, 'theirs')],
];

/** Cuts the last record off, which every writer notices. */
function damageLog(): void {
  const directory = auditDirectory(world.parts.home.dataDir);
  const name = readdirSync(directory).find((each) => each.startsWith('audit-')) ?? '';
  const path = join(directory, name);
  const lines = readFileSync(path, 'utf8').split('\n');
  writeFileSync(path, [...lines.slice(0, -2), ''].join('\n'));
}

describe("a gateway key whose change can't be recorded", () => {
  test.each(CHANGES)('stays as it is: %s', async (_, change) => {
    const before = valueOf(await listGatewayKeys(world.parts, vault));
    damageLog();
    expect(await change()).toMatchObject({ ok: false, failure: { code: 'AUDIT_DAMAGED' } });
    expect(valueOf(await listGatewayKeys(world.parts, vault))).toEqual(before);
    expect(before).toEqual([issued.record]);
  });

  test.each(CHANGES)(
    'is changed otherwise, after a record that this begins: %s',
    async (_, change) => {
      const before = await world.log();
      expect(await change()).toMatchObject({ ok: true });
      const added = (await world.log())
        .slice(before.length)
        .filter((one) => one.startsWith('gateway'));
      expect(added[0]).toBe('gateway.key.begin success');
      expect(added.length).toBeGreaterThan(1);
    },
  );

  test('has a record of a change that is refused', async () => {
    const wish = { name: 'theirs', settings: {} };
    const refused = await createGatewayKey(world.parts, vault, wish);
    expect(refused).toMatchObject({ ok: false, failure: { code: 'GATEWAY_KEY_NAME_TAKEN' } });
    expect(await world.log()).toContain('gateway.key.create failure GATEWAY_KEY_NAME_TAKEN');
  });
});
