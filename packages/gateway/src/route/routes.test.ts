import { DIALECTS } from '@postern/dialects';
import { describe, expect, it } from 'vitest';
import { readRequestHead } from '../admit/request-head.ts';
import { dialectOf, isGatewayTarget, meantPath, ROUTES } from './routes.ts';

const VERSION = ['Anthropic-Version', '2023-06-01'];

describe('ROUTES', () => {
  it('has every route of every dialect', () => {
    for (const dialect of Object.values(DIALECTS)) {
      for (const { path, ...rest } of dialect.routes) {
        const route = { kind: 'call', method: 'POST', dialect, ...rest };
        expect(ROUTES.get(path)).toEqual(route);
      }
    }
  });
});

describe('meantPath', () => {
  it.each([
    ['/chat/completions', '/v1/chat/completions'],
    ['/messages', '/v1/messages'],
    ['/messages/', '/v1/messages'],
    ['/v1/messages/', '/v1/messages'],
    ['/v1/v1/messages', '/v1/messages'],
    ['/v1/messages', undefined],
    ['/v1/nothing', undefined],
    ['/models', undefined],
    ['/', undefined],
  ])('%s: %s', (path, meant) => {
    expect(meantPath(path)).toBe(meant);
    expect(isGatewayTarget('POST', path)).toBe(meant !== undefined || path.startsWith('/v1/'));
  });
});

describe('dialectOf', () => {
  it.each([
    ['/v1/chat/completions', [], 'openai-chat'],
    ['/v1/chat/completions', VERSION, 'openai-chat'],
    ['/v1/messages', [], 'anthropic-messages'],
    ['/v1/messages/count_tokens', [], 'anthropic-messages'],
    ['/v1/messages/batches', [], 'anthropic-messages'],
    ['/v1/models', [], 'openai-chat'],
    ['/v1/models', VERSION, 'anthropic-messages'],
    ['/v1/unknown', [], 'openai-chat'],
    ['/v1/unknown', VERSION, 'anthropic-messages'],
    ['', [], 'openai-chat'],
  ] as const)('%j with headers %j is %s', (path, headers, id) => {
    expect(dialectOf(path, readRequestHead(headers)).id).toBe(id);
  });
});
