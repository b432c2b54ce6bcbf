import { ok } from '@postern/kernel';
import { recordToWire } from './record-wire.ts';
import { byName, infoOf, type SecretRecord, type SecretStore } from './secret-store.ts';

/** Stores secrets in memory only, for privacy mode and tests. */
export function memoryStore(): SecretStore {
  const records = new Map<string, SecretRecord>();
  return {
    get: (name) => Promise.resolve(ok(records.get(name))),
    put: (record) => {
      const checked = recordToWire(record);
      if (!checked.ok) return Promise.resolve(checked);
      records.set(record.name, { ...record, fields: new Map(record.fields) });
      return Promise.resolve(ok());
    },
    remove: (name) => Promise.resolve(ok(records.delete(name))),
    list: () => Promise.resolve(ok([...records.values()].map(infoOf).sort(byName))),
  };
}
