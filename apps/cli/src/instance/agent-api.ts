import { Hono } from 'hono';
import { revealSecret, type Result } from '@postern/kernel';
import { failureResponse, parseBody } from '../app/answers.ts';
import { described, type Described } from '../failure/described.ts';
import type { OpenVault } from '../services/open-vault.ts';
import {
  infoToWire,
  NameSchema,
  PurposeSchema,
  RecordSchema,
  recordFromWire,
  recordToWire,
} from './agent-protocol.ts';

/** Told of every use: what was asked for by name, and how it ended. */
export type AgentUse = (
  action: 'secret.read' | 'secret.write' | 'secret.remove' | 'secret.list' | 'key.derive',
  name: string,
  outcome: 'success' | 'failure',
) => void;

/** Serves an open vault to the other commands of this user; `vault` is undefined while locked. */
export function createAgentApi(vault: () => OpenVault | undefined, onUse: AgentUse): Hono {
  const app = new Hono();
  const use = async <T>(
    action: Parameters<AgentUse>[0],
    name: string,
    call: (open: OpenVault) => Promise<Result<T, Described>>,
    answer: (value: T) => unknown,
  ): Promise<Response> => {
    const open = vault();
    if (open === undefined) return failureResponse(described('VAULT_LOCKED'));
    const result = await call(open);
    onUse(action, name, result.ok ? 'success' : 'failure');
    return result.ok ? Response.json(answer(result.value)) : failureResponse(result.failure);
  };
  app.get('/vault/secrets', async () =>
    use(
      'secret.list',
      '',
      async (open) => await open.list(),
      (infos) => infos.map(infoToWire),
    ),
  );
  app.post('/vault/secrets/get', async (context) => {
    const input = await parseBody(context, NameSchema);
    if (!input.ok) return input.response;
    const { name } = input.value;
    return await use(
      'secret.read',
      name,
      async (open) => await open.get(name),
      (record) => (record === undefined ? null : recordToWire(record)),
    );
  });
  app.post('/vault/secrets/put', async (context) => {
    const input = await parseBody(context, RecordSchema);
    if (!input.ok) return input.response;
    const record = recordFromWire(input.value);
    return await use(
      'secret.write',
      record.name,
      async (open) => await open.put(record),
      () => ({
        stored: true,
      }),
    );
  });
  app.post('/vault/secrets/remove', async (context) => {
    const input = await parseBody(context, NameSchema);
    if (!input.ok) return input.response;
    const { name } = input.value;
    return await use(
      'secret.remove',
      name,
      async (open) => await open.remove(name),
      (removed) => ({
        removed,
      }),
    );
  });
  app.post('/vault/derive', async (context) => {
    const input = await parseBody(context, PurposeSchema);
    if (!input.ok) return input.response;
    const { purpose } = input.value;
    return await use(
      'key.derive',
      purpose,
      async (open) => await open.deriveKey(purpose),
      (key) => ({
        key: revealSecret(key),
      }),
    );
  });
  return app;
}
