import { Hono } from 'hono';
import { revealSecret, type Result } from '@postern/kernel';
import { type Problem, problem } from '@postern/protocol';
import { failureResponse, parseBody } from '../api/answers.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import { thisProcess } from '../system/this-process.ts';
import {
  infoToWire,
  KeepAnchorSchema,
  NameSchema,
  PurposeSchema,
  PutSchema,
  recordFromWire,
  recordToWire,
  SetSchema,
  takenToWire,
  UseSchema,
  valueFromWire,
  WishSchema,
} from './agent-protocol.ts';

/** Serves an unlocked vault to this user's other commands. `vault` is undefined while locked. */
export function createAgentApi(vault: HeldVault): Hono {
  const app = new Hono();
  addReading(app, vault);
  addDeriving(app, vault);
  addWriting(app, vault);
  addAnchor(app, vault);
  return app;
}

function addAnchor(app: Hono, vault: HeldVault): void {
  app.get('/vault/audit-anchor', async () => {
    const call = async (open: OpenVault) => await open.readAuditHead();
    return await answerUse(vault, call, (anchor) => anchor ?? null);
  });
  app.post('/vault/audit-anchor', async (context) => {
    const input = await parseBody(context, KeepAnchorSchema);
    if (!input.ok) return input.response;
    const { head, isNewLog } = input.value;
    const call = async (open: OpenVault) => await open.saveAuditHead(head, isNewLog);
    return await answerUse(vault, call, () => ({ kept: true }));
  });
}

/** Undefined while it is locked. */
type HeldVault = () => OpenVault | undefined;

type Derived = ReturnType<OpenVault['deriveKey']>;

function addReading(app: Hono, vault: HeldVault): void {
  app.get('/vault/secrets', async () => {
    const call = async (open: OpenVault) => await open.list();
    return await answerUse(vault, call, (infos) => infos.map(infoToWire));
  });
  app.post('/vault/secrets/get', async (context) => {
    const input = await parseBody(context, UseSchema);
    if (!input.ok) return input.response;
    const { name, pid, executable, ...use } = input.value;
    const actor = { ...thisProcess(), pid, executable };
    const call = async (open: OpenVault) => await open.get(name, { ...use, actor });
    return await answerUse(vault, call, (record) =>
      record === undefined ? null : recordToWire(record),
    );
  });
  app.post('/vault/secrets/take', async (context) => {
    const input = await parseBody(context, WishSchema);
    if (!input.ok) return input.response;
    const { references, whenMissing, pid, executable, ...use } = input.value;
    const actor = { ...thisProcess(), pid, executable };
    const request = { references, whenMissing };
    const call = async (open: OpenVault) => await open.take(request, { ...use, actor });
    return await answerUse(vault, call, takenToWire);
  });
}

function addDeriving(app: Hono, vault: HeldVault): void {
  const derive = (path: string, call: (open: OpenVault, purpose: string) => Derived): void => {
    app.post(path, async (context) => {
      const input = await parseBody(context, PurposeSchema);
      if (!input.ok) return input.response;
      const { purpose } = input.value;
      const use = async (open: OpenVault): Derived => await call(open, purpose);
      return await answerUse(vault, use, (key) => ({ key: revealSecret(key) }));
    });
  };
  derive('/vault/derive', (open, purpose) => open.deriveKey(purpose));
  derive('/vault/derive-lasting', (open, purpose) => open.deriveStableKey(purpose));
}

function addWriting(app: Hono, vault: HeldVault): void {
  app.post('/vault/secrets/put', async (context) => {
    const input = await parseBody(context, PutSchema);
    if (!input.ok) return input.response;
    const record = recordFromWire(input.value.record);
    const call = async (open: OpenVault) => await open.put(record, input.value.action);
    return await answerUse(vault, call, () => ({ stored: true }));
  });
  app.post('/vault/secrets/set', async (context) => {
    const input = await parseBody(context, SetSchema);
    if (!input.ok) return input.response;
    const call = async (open: OpenVault) => await open.setValue(valueFromWire(input.value));
    return await answerUse(vault, call, (outcome) => ({ outcome }));
  });
  app.post('/vault/secrets/remove', async (context) => {
    const input = await parseBody(context, NameSchema);
    if (!input.ok) return input.response;
    const { name } = input.value;
    const call = async (open: OpenVault) => await open.remove(name);
    return await answerUse(vault, call, (removed) => ({ removed }));
  });
}

async function answerUse<T>(
  vault: HeldVault,
  call: (open: OpenVault) => Promise<Result<T, Problem>>,
  answer: (value: T) => unknown,
): Promise<Response> {
  const open = vault();
  if (open === undefined) return failureResponse(problem('VAULT_LOCKED'));
  const result = await call(open);
  return result.ok ? Response.json(answer(result.value)) : failureResponse(result.failure);
}
