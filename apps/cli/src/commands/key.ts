import { join } from 'node:path';
import { revealSecret } from '@postern/kernel';
import { describeDatabaseFailure } from '@postern/database';
import { describeGatewayKeyFailure, type GatewayStore } from '@postern/gateway';
import { problem } from '@postern/protocol';
import { openGateway, type OpenVault } from '@postern/app';
import { table } from '../terminal/terminal.ts';
import {
  fail,
  orFail,
  report,
  connectOrUnlock,
  recordEvent,
  type CommandContext,
} from './context.ts';
import { connectOrCreate } from './create-vault.ts';
import { refuseKey } from './name-of.ts';

/** `postern key create NAME`: the key is printed once and kept only as a keyed hash. */
export async function createKey(context: CommandContext, name: string): Promise<void> {
  refuseKey(name, 'GATEWAY_KEY_NAME_INVALID');
  const vault = await connectOrCreate(context);
  await withGateway(context, vault, async (store) => {
    const created = orFail(store.keys.create({ name }), describeGatewayKeyFailure);
    const { key, record: made } = created;
    await recordEvent(context, vault, {
      action: 'gateway.key.create',
      outcome: 'success',
      subject: { kind: 'gateway-key', id: made.id },
    });
    const lines = [
      revealSecret(key),
      '',
      `Key ${made.name} (${made.id}). It is shown only once. To revoke it: postern key revoke ${made.id}`,
    ];
    if (context.json) report(context, { ...made, key: revealSecret(key) }, []);
    else {
      context.terminal.print(lines[0] ?? '');
      for (const line of lines.slice(1)) context.terminal.note(line);
    }
  });
}

/** `postern key list`: what there is, never a key. */
export async function listKeys(context: CommandContext): Promise<void> {
  const vault = await connectOrUnlock(context);
  await withGateway(context, vault, (store) => {
    const records = orFail(store.keys.list(), describeDatabaseFailure);
    const day = (ms: number | undefined): string =>
      ms === undefined ? '-' : new Date(ms).toISOString().slice(0, 10);
    const rows = records.map((record) => [
      record.id,
      record.name,
      `sk-postern-${record.prefix}…`,
      day(record.createdAtMs),
      day(record.lastUsedAtMs),
      record.revokedAtMs === undefined ? 'active' : `revoked ${day(record.revokedAtMs)}`,
    ]);
    const lines =
      rows.length === 0
        ? ['No keys yet. Create one: postern key create NAME']
        : [table(['ID', 'NAME', 'KEY', 'CREATED', 'LAST USED', 'STATE'], rows)];
    report(context, records, lines);
  });
}

/** `postern key revoke ID|NAME`: dead at once, also in a gateway that is running. */
export async function revokeKey(context: CommandContext, idOrName: string): Promise<void> {
  const vault = await connectOrUnlock(context);
  await withGateway(context, vault, async (store) => {
    const records = orFail(store.keys.list(), describeDatabaseFailure);
    const matching = records.filter(
      ({ id, name, revokedAtMs }) =>
        revokedAtMs === undefined && (id === idOrName || name === idOrName),
    );
    const [found, ...others] = matching;
    if (found === undefined) {
      fail(problem('GATEWAY_KEY_NOT_FOUND', 'No active key has this id or name.'));
    }
    if (others.length > 0) {
      fail(problem('USAGE', 'Several keys have this name; revoke the key by its id.'));
    }
    const revoked = orFail(store.keys.revoke(found.id), describeGatewayKeyFailure);
    await recordEvent(context, vault, {
      action: 'gateway.key.revoke',
      outcome: 'success',
      subject: { kind: 'gateway-key', id: found.id },
    });
    report(context, revoked, [`Revoked ${found.name} (${found.id}).`]);
  });
}

async function withGateway(
  context: CommandContext,
  vault: OpenVault,
  use: (store: GatewayStore) => void | Promise<void>,
): Promise<void> {
  const store = orFail(
    await openGateway({
      gatewayPath: join(context.home.dataDir, 'gateway.db'),
      vault,
      clock: context.clock,
      randomness: context.randomness,
    }),
  );
  try {
    await use(store);
  } finally {
    store.close();
  }
}
