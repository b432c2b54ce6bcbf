import { existsSync } from 'node:fs';
import { failed, isJsonObject, ok, Secret, type JsonValue, type Result } from '@postern/kernel';
import { ERROR_CODES, type ErrorCodeName } from '@postern/protocol';
import * as v from 'valibot';
import { described, type Described } from '../failure/described.ts';
import type { OpenVault } from '../services/open-vault.ts';
import { thisProcess } from '../system/this-process.ts';
import {
  HolderSchema,
  InfosSchema,
  KeySchema,
  recordFromWire,
  RecordSchema,
  recordToWire,
  SetOutcomeSchema,
  takenFromWire,
  TakenSchema,
  valueToWire,
} from './agent-protocol.ts';
import { askRunning } from './ask-running.ts';

/** The vault as one of the processes at these addresses holds it open; undefined where none does. */
export async function findHeldVault(addresses: readonly string[]): Promise<OpenVault | undefined> {
  const holder = await findHolder(addresses);
  return holder === undefined ? undefined : heldVault(holder.address, holder.storage);
}

export interface Holder {
  readonly address: string;
  readonly storage: 'keyring' | 'file';
}

/** The first process at these addresses whose vault is open. */
export async function findHolder(addresses: readonly string[]): Promise<Holder | undefined> {
  for (const address of addresses.filter(mayBeThere)) {
    const status = await askRunning(address, 'GET', '/status');
    const holder = v.safeParse(HolderSchema, status?.body);
    if (holder.success && holder.output.unlocked && holder.output.storage !== null) {
      return { address, storage: holder.output.storage };
    }
  }
  return undefined;
}

/** A socket that is not there need not be tried; the pipes of Windows are in no directory. */
function mayBeThere(address: string): boolean {
  return process.platform === 'win32' || existsSync(address);
}

function heldVault(address: string, storage: 'keyring' | 'file'): OpenVault {
  return {
    storage,
    get: async (name, use = { action: 'secret.read' }) => {
      const { pid, executable } = thisProcess();
      const wish = { name, action: use.action, program: use.program, pid, executable };
      const answer = await ask(address, '/vault/secrets/get', v.nullable(RecordSchema), wish);
      if (!answer.ok) return answer;
      return ok(answer.value === null ? undefined : recordFromWire(answer.value));
    },
    take: async (wish, use) => {
      const { pid, executable } = thisProcess();
      const { action, program } = use;
      const body = { ...wish, action, program, pid, executable };
      const answer = await ask(address, '/vault/secrets/take', TakenSchema, body);
      return answer.ok ? ok(takenFromWire(answer.value)) : answer;
    },
    put: async (record, action) => {
      const wire = { record: recordToWire(record), ...(action === undefined ? {} : { action }) };
      const answer = await ask(address, '/vault/secrets/put', v.unknown(), wire);
      return answer.ok ? ok() : answer;
    },
    setValue: async (input) => {
      const wire = valueToWire(input);
      const answer = await ask(address, '/vault/secrets/set', SetOutcomeSchema, wire);
      return answer.ok ? ok(answer.value.outcome) : answer;
    },
    remove: async (name) => {
      const schema = v.strictObject({ removed: v.boolean() });
      const answer = await ask(address, '/vault/secrets/remove', schema, { name });
      return answer.ok ? ok(answer.value.removed) : answer;
    },
    list: async () => await ask(address, '/vault/secrets', InfosSchema),
    deriveKey: async (purpose) => await derive(address, '/vault/derive', purpose),
    deriveLastingKey: async (purpose) => await derive(address, '/vault/derive-lasting', purpose),
  };
}

async function derive(
  address: string,
  path: string,
  purpose: string,
): Promise<Result<Secret, Described>> {
  const answer = await ask(address, path, KeySchema, { purpose });
  return answer.ok ? ok(Secret.of(answer.value.key)) : answer;
}

async function ask<Schema extends v.GenericSchema>(
  address: string,
  path: string,
  schema: Schema,
  body?: unknown,
): Promise<Result<v.InferOutput<Schema>, Described>> {
  const answer = await askRunning(address, body === undefined ? 'GET' : 'POST', path, body);
  if (answer === undefined) return failed(described('NOT_RUNNING'));
  if (answer.status >= 400) return failed(failureOf(answer.body));
  const parsed = v.safeParse(schema, answer.body);
  return parsed.success ? ok(parsed.output) : failed(described('INTERNAL'));
}

function failureOf(body: JsonValue): Described {
  const error = isJsonObject(body) ? body['error'] : undefined;
  if (!isJsonObject(error)) return described('INTERNAL');
  const { code, message } = error;
  if (typeof code !== 'string' || !isErrorCode(code)) return described('INTERNAL');
  return described(code, typeof message === 'string' ? message : undefined);
}

function isErrorCode(text: string): text is ErrorCodeName {
  return Object.hasOwn(ERROR_CODES, text);
}
