import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DIALECTS } from '../dialects.ts';
import { wireToolName } from './tool-name.ts';

const LONG = 'mcp__a_server_with_a_long_name__a_tool_with_a_name_that_is_even_longer_than_that';

describe('wireToolName', () => {
  const ROWS: readonly (readonly [name: string, tool: string, maxLength: number, kept: boolean])[] =
    [
      ['a plain name', 'get_weather', 64, true],
      ['64 characters', 'x'.repeat(64), 64, true],
      ['65 characters', 'x'.repeat(65), 64, false],
      ['128 characters for Anthropic', 'x'.repeat(128), 128, true],
      ['a dot', 'server.tool', 128, false],
      ['no name', '', 64, false],
    ];
  test.each(ROWS)('%s', (_name, tool, maxLength, kept) => {
    const wire = wireToolName(tool, maxLength);
    expect(wire === tool).toBe(kept);
    expect(wire).toMatch(new RegExp(`^[a-zA-Z0-9_-]{1,${maxLength}}$`));
  });

  test('names that begin alike stay apart', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 30 }), fc.string({ maxLength: 30 }), (one, other) => {
        const wires = [wireToolName(LONG + one, 64), wireToolName(LONG + other, 64)];
        expect(new Set(wires).size).toBe(one === other ? 1 : 2);
      }),
    );
  });

  test('maps changed names back to the names in the request', () => {
    const tools = ['plain', LONG, 'server.tool'].map((name) => ({ name, inputSchema: {} }));
    const request = { model: 'm', turns: [], stream: false, tools };
    const names = DIALECTS['openai-chat'].toolNames(request);
    expect([...names.values()]).toEqual([LONG, 'server.tool']);
    expect(names.get(wireToolName(LONG, 64))).toBe(LONG);
  });
});
