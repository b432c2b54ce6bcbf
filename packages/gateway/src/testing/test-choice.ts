import { providerId, secretName, type Provider } from '@postern/protocol';
import type { Choice } from '../route/choose-provider.ts';

/** A provider that is never called. */
export function testProvider(id: string, changes: Partial<Provider> = {}): Provider {
  return {
    id: providerId.from(id),
    label: id,
    dialect: 'openai-chat',
    baseUrl: 'http://127.0.0.1:1',
    auth: 'bearer',
    secret: secretName.from(id),
    keyForm: undefined,
    models: [],
    keyPage: undefined,
    inProcess: false,
    builtIn: true,
    local: false,
    ...changes,
  };
}

/** @param name `provider/model` */
export function testChoice(name: string): Choice {
  const [id = '', model = ''] = name.split('/');
  return { provider: testProvider(id), model, dialect: 'openai-chat', path: '/chat/completions' };
}
