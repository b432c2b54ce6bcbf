import { existsSync } from 'node:fs';
import { freshHome, POSTERN_LAUNCHER, runProgram, type FreshHome } from '@postern/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const EXIT_OF_SIGPIPE = 141;
const COMMANDS = ['doctor', 'status', 'status --json', '--help', 'secret --help'] as const;

let home: FreshHome;

beforeAll(() => {
  home = freshHome();
});

afterAll(() => {
  home[Symbol.dispose]();
});

/** Runs a shell line in which `postern` is the product. Returns its exit code and its errors. */
async function shell(line: string): Promise<{ code: number | null; stderr: string }> {
  const script = `postern() { ${process.execPath} -- ${POSTERN_LAUNCHER} "$@"; }; ${line}`;
  const { environment } = home;
  return await runProgram('bash', ['-c', script], { environment });
}

describe("a result that can't be written", () => {
  test.each(COMMANDS)(
    'makes %s exit as after SIGPIPE if the reader closed the pipe',
    async (command) => {
      const { code, stderr } = await shell(`postern ${command} | true; exit "\${PIPESTATUS[0]}"`);
      expect({ code, stderr }).toEqual({ code: EXIT_OF_SIGPIPE, stderr: '' });
    },
  );

  test('prints no error if the reader stops after a line', async () => {
    const { stderr } = await shell('postern doctor | head -n 1');
    expect(stderr).toBe('');
  });

  describe.skipIf(!existsSync('/dev/full'))('because the device is full', () => {
    test.each(COMMANDS)('%s reports that in one line', async (command) => {
      const { code, stderr } = await shell(`postern ${command} > /dev/full`);
      expect(code).toBe(9);
      expect(stderr).toMatch(/^postern: Can't write the result: the device is full\..*\n$/);
    });

    test.each([
      ['that succeeds', 'echo hello', 9],
      ['that never stops writing', 'while :; do echo hello; done', 9],
      ['that fails by itself', 'echo hello; exit 3', 3],
    ])('run reports it for a command %s', async (_name, command, expected) => {
      const { code, stderr } = await shell(`postern run -- sh -c '${command}' > /dev/full`);
      expect(code).toBe(expected);
      expect(stderr).toMatch(/^postern: Can't write the output: the device is full\..*\n$/);
    });

    test("run doesn't succeed if its command's errors are lost", async () => {
      const { code } = await shell("postern run -- sh -c 'echo hello >&2' 2> /dev/full");
      expect(code).toBe(9);
    });

    test.each([
      ['doctor', 9],
      ['nonsense', 2],
      ['secret get nothing', 4],
    ])('%s keeps its exit code if both streams are full', async (command, expected) => {
      expect(await shell(`postern ${command} > /dev/full 2> /dev/full`)).toEqual(
        expect.objectContaining({ code: expected, stderr: '' }),
      );
    });
  });
});
