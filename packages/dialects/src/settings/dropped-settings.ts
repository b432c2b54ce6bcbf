import type { JsonValue } from '@postern/kernel';
import type { DialectId, ModelRequest } from '@postern/protocol';
import { listOf, objectOf, textOf } from '../json/read-json.ts';
import type { Warn } from '../report.ts';

type Setting = Exclude<keyof ModelRequest, 'model' | 'turns' | 'stream' | 'extra'>;

/** Warns about each setting of a request that the dialect has no field for. */
export function warnDropped(request: ModelRequest, settings: readonly Setting[], warn: Warn): void {
  for (const path of settings) {
    if (request[path] === undefined) continue;
    warn({ kind: 'dropped', path, message: `this dialect has no field for ${path}` });
  }
}

/** Shows only names that can't contain anything from the conversation. */
const PLAIN_NAME = /^[a-z][a-z0-9_]{0,39}$/;

/** Warns about fields of another dialect that the conversation model doesn't have. */
export function warnForeignExtra({ extra }: ModelRequest, dialect: DialectId, warn: Warn): void {
  if (extra === undefined || extra.dialect === dialect) return;
  for (const name of Object.keys(extra.fields)) {
    if (name === 'tools') {
      warnTools(listOf(extra.fields[name]) ?? [], warn);
      continue;
    }
    const path = PLAIN_NAME.test(name) ? `extra.${name}` : 'extra';
    warn({ kind: 'dropped', path, message: 'a field of another dialect' });
  }
}

/** Tools without a schema run on the server of their dialect. They are never sent as functions. */
function warnTools(tools: readonly JsonValue[], warn: Warn): void {
  for (const tool of tools) {
    const type = textOf(objectOf(tool)?.['type']) ?? '';
    const known = PLAIN_NAME.test(type) ? ` of the type ${type}` : ' of another dialect';
    warn({ kind: 'dropped', path: 'tools', message: `this dialect has no tool${known}` });
  }
}
