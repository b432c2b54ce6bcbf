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
  const serving: Serving = { vault, onUse };
  const app = new Hono();
  addReading(app, serving);
  addWriting(app, serving);
  return app;
}

interface Serving {
  readonly vault: () => OpenVault | undefined;
  readonly onUse: AgentUse;
}

function addReading(app: Hono, serving: Serving): void {
  app.get('/vault/secrets', async () => {
    const call = async (open: OpenVault) => await open.list();
    return await answerUse(serving, ['secret.list', ''], call, (infos) => infos.map(infoToWire));
  });
  app.post('/vault/secrets/get', async (context) => {
    const input = await parseBody(context, NameSchema);
    if (!input.ok) return input.response;
    const { name } = input.value;
    const call = async (open: OpenVault) => await open.get(name);
    return await answerUse(serving, ['secret.read', name], call, (record) =>
      record === undefined ? null : recordToWire(record),
    );
  });
  app.post('/vault/derive', async (context) => {
    const input = await parseBody(context, PurposeSchema);
    if (!input.ok) return input.response;
    const { purpose } = input.value;
    const call = async (open: OpenVault) => await open.deriveKey(purpose);
    return await answerUse(serving, ['key.derive', purpose], call, (key) => ({
      key: revealSecret(key),
    }));
  });
}

function addWriting(app: Hono, serving: Serving): void {
  app.post('/vault/secrets/put', async (context) => {
    const input = await parseBody(context, RecordSchema);
    if (!input.ok) return input.response;
    const record = recordFromWire(input.value);
    const call = async (open: OpenVault) => await open.put(record);
    return await answerUse(serving, ['secret.write', record.name], call, () => ({ stored: true }));
  });
  app.post('/vault/secrets/remove', async (context) => {
    const input = await parseBody(context, NameSchema);
    if (!input.ok) return input.response;
    const { name } = input.value;
    const call = async (open: OpenVault) => await open.remove(name);
    return await answerUse(serving, ['secret.remove', name], call, (removed) => ({ removed }));
  });
}

async function answerUse<T>(
  { vault, onUse }: Serving,
  [action, name]: readonly [Parameters<AgentUse>[0], string],
  call: (open: OpenVault) => Promise<Result<T, Described>>,
  answer: (value: T) => unknown,
): Promise<Response> {
  const open = vault();
  if (open === undefined) return failureResponse(described('VAULT_LOCKED'));
  const result = await call(open);
  onUse(action, name, result.ok ? 'success' : 'failure');
  return result.ok ? Response.json(answer(result.value)) : failureResponse(result.failure);
}
