import type { MessageDescriptor } from '@lingui/core';
import { msg, t } from '@lingui/core/macro';
import type { ModelGroup } from '@postern/protocol';
import { i18n } from '../languages/i18n.ts';

const MODELS: ReadonlyMap<string, MessageDescriptor> = new Map([
  ['demo', msg`Scripted answers`],
  ['demo-slow', msg`Scripted answers, slow`],
]);

/** The group with the names that the page shows. The process names its demo in English. */
export function namedGroup(group: ModelGroup): ModelGroup {
  if (!group.demo) return group;
  const models = group.models.map((model) => {
    const name = MODELS.get(model.id);
    return name === undefined ? model : { ...model, label: i18n._(name) };
  });
  return { ...group, label: t`Offline demo`, models };
}
