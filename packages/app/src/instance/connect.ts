import { failed, isJsonObject, ok, Secret, type JsonValue, type Result } from '@postern/kernel';
import { ERROR_CODES, type ErrorCodeName, type Problem, problem } from '@postern/protocol';
import * as v from 'valibot';
import type { OpenVault } from '../vault/open-vault.ts';
import { thisProcess } from '../system/this-process.ts';
import {
  AnchorSchema,
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
import type { ControlPlace } from './control-address.ts';

/** The vault as served by the process that has it unlocked; undefined if none has. */
export async function connect(
  places: readonly ControlPlace[],
): Promise<Result<OpenVault | undefined, Problem>> {
  const holder = await findHolder(places);
  if (!holder.ok || holder.value === undefined) return holder.ok ? ok(undefined) : holder;
  return ok(remoteVault(holder.value.place, holder.value.storage));
}

export interface Holder {
  readonly place: ControlPlace;
  readonly storage: 'keyring' | 'file';
}

/** The first process at these places with an unlocked vault. */
export async function findHolder(
  places: readonly ControlPlace[],
): Promise<Result<Holder | undefined, Problem>> {
  for (const place of places) {
    const status = await askRunning(place, 'GET', '/status');
    if (!status.ok) return status;
    const holder = v.safeParse(HolderSchema, status.value?.body);
    if (holder.success && holder.output.unlocked && holder.output.storage !== null) {
      return ok({ place, storage: holder.output.storage });
    }
  }
  return ok(undefined);
}

function remoteVault(place: ControlPlace, storage: 'keyring' | 'file'): OpenVault {
  return {
    storage,
    get: async (name, use = { action: 'secret.read' }) => {
      const { pid, executable } = thisProcess();
      const request = { name, action: use.action, program: use.program, pid, executable };
      const answer = await ask(place, '/vault/secrets/get', v.nullable(RecordSchema), request);
      if (!answer.ok) return answer;
      return ok(answer.value === null ? undefined : recordFromWire(answer.value));
    },
    take: async (request, use) => {
      const { pid, executable } = thisProcess();
      const { action, program } = use;
      const body = { ...request, action, program, pid, executable };
      const answer = await ask(place, '/vault/secrets/take', TakenSchema, body);
      return answer.ok ? ok(takenFromWire(answer.value)) : answer;
    },
    put: async (record, action) => {
      const wire = { record: recordToWire(record), ...(action === undefined ? {} : { action }) };
      const answer = await ask(place, '/vault/secrets/put', v.unknown(), wire);
      return answer.ok ? ok() : answer;
    },
    setValue: async (input) => {
      const wire = valueToWire(input);
      const answer = await ask(place, '/vault/secrets/set', SetOutcomeSchema, wire);
      return answer.ok ? ok(answer.value.outcome) : answer;
    },
    remove: async (name) => {
      const schema = v.strictObject({ removed: v.boolean() });
      const answer = await ask(place, '/vault/secrets/remove', schema, { name });
      return answer.ok ? ok(answer.value.removed) : answer;
    },
    list: async () => await ask(place, '/vault/secrets', InfosSchema),
    readAuditHead: async () => {
      const anchor = await ask(place, '/vault/audit-anchor', v.nullable(AnchorSchema));
      return anchor.ok ? ok(anchor.value ?? undefined) : anchor;
    },
    saveAuditHead: async (head, isNewLog) => {
      const body = { head, isNewLog };
      const answer = await ask(place, '/vault/audit-anchor', v.unknown(), body);
      return answer.ok ? ok() : answer;
    },
    deriveKey: async (purpose) => await derive(place, '/vault/derive', purpose),
    deriveStableKey: async (purpose) => await derive(place, '/vault/derive-lasting', purpose),
  };
}

async function derive(
  place: ControlPlace,
  path: string,
  purpose: string,
): Promise<Result<Secret, Problem>> {
  const answer = await ask(place, path, KeySchema, { purpose });
  return answer.ok ? ok(Secret.of(answer.value.key)) : answer;
}

async function ask<Schema extends v.GenericSchema>(
  place: ControlPlace,
  path: string,
  schema: Schema,
  body?: unknown,
): Promise<Result<v.InferOutput<Schema>, Problem>> {
  const answer = await askRunning(place, body === undefined ? 'GET' : 'POST', path, body);
  if (!answer.ok) return answer;
  if (answer.value === undefined) return failed(problem('NOT_RUNNING'));
  if (answer.value.status >= 400) return failed(failureOf(answer.value.body));
  const parsed = v.safeParse(schema, answer.value.body);
  return parsed.success ? ok(parsed.output) : failed(problem('INTERNAL'));
}

/** The problem in the body of an unsuccessful answer. */
export function failureOf(body: JsonValue): Problem {
  const error = isJsonObject(body) ? body['error'] : undefined;
  if (!isJsonObject(error)) return problem('INTERNAL');
  const { code, message } = error;
  if (typeof code !== 'string' || !isErrorCode(code)) return problem('INTERNAL');
  return problem(code, typeof message === 'string' ? message : undefined);
}

function isErrorCode(text: string): text is ErrorCodeName {
  return Object.hasOwn(ERROR_CODES, text);
}
