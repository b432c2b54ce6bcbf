import { describe, expect, it } from 'vitest';
import { codeFileName } from './file-name.ts';

describe('the name of downloaded code', () => {
  it.each([
    ['python', 'code.py'],
    ['ts', 'code.ts'],
    ['dockerfile', 'Dockerfile'],
    ['', 'code.txt'],
    ['zz', 'code.txt'],
    ['bat', 'code.txt'],
    ['vbs', 'code.txt'],
    ['hta', 'code.txt'],
    ['desktop', 'code.txt'],
    ['javascript', 'code.mjs'],
    ['html', 'code.html.txt'],
    ['svg', 'code.svg.txt'],
    ['xml', 'code.xml.txt'],
    ['../../.bashrc', 'code.txt'],
    ['c:\\autorun.inf', 'code.txt'],
    ['py/../../x.exe', 'code.txt'],
    ['ts\u202egnp.exe', 'code.txt'],
    ['constructor', 'code.txt'],
    ['__proto__', 'code.txt'],
    ['py\u0000', 'code.txt'],
  ])('code in %j is saved as %s', (language, name) => {
    expect(codeFileName(language)).toBe(name);
  });
});
