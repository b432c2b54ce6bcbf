import { isBuiltin } from 'node:module';
import { describe, expect, test } from 'vitest';
import { CONFINEMENTS, type Confinement } from './confinement.ts';
import { complaintsAbout } from './lint-planted.ts';

const PLANTED = 'packages/dialects/src/openai-chat/planted.ts';

const waysToName = (name: string): string[] => [
  `import { ${name} } from './elsewhere.ts';`,
  `import { ${name} as x } from '@postern/elsewhere';`,
  `export { ${name} as x } from './elsewhere.ts';`,
];

/** Ways to import a module that don't name an export. */
const waysToModule = (module: string): string[] => [
  `import '${module}';`,
  `import x from '${module}'; x();`,
  `import * as x from '${module}'; x;`,
  `import { x } from '${module}';`,
  `import { type T } from '${module}'; let t: T;`,
  `export { x } from '${module}';`,
  `export { default } from '${module}';`,
  `export * from '${module}';`,
  `export * as x from '${module}';`,
  `const x = await import('${module}');`,
  `const x = await import(\`${module}\`);`,
  `import('${module}').then((x) => x);`,
  `import '${module}/promises';`,
  ...unprefixed(module).map((plain) => `import '${plain}';`),
];

/** The name of a Node module without its scheme, if Node accepts it. */
const unprefixed = (module: string): string[] => {
  const plain = module.replace(/^node:/, '');
  return plain !== module && isBuiltin(plain) ? [plain] : [];
};

const waysToExport = (module: string, name: string): string[] => [
  `import { ${name} } from '${module}';`,
  `import { ${name} as x } from '${module}';`,
  `import { '${name}' as x } from '${module}';`,
  `import * as x from '${module}'; x.${name};`,
  `import * as x from '${module}'; x['${name}'];`,
  `import * as x from '${module}'; const { ${name}: y } = x;`,
  `import * as x from '${module}'; const y = x;`,
  `import * as x from '${module}'; export { x };`,
  `import * as x from '${module}'; const { ...y } = x;`,
  `export { ${name} } from '${module}';`,
  `export { ${name} as x } from '${module}';`,
  `export * from '${module}';`,
  `export * as x from '${module}';`,
  `(await import('${module}')).${name};`,
  `const { ${name} } = await import('${module}');`,
  `const x = await import('${module}');`,
  `import('${module}').then(({ ${name} }) => ${name});`,
  ...(module.startsWith('node:') ? waysToBuiltin(module, name) : []),
];

const waysToBuiltin = (module: string, name: string): string[] => [
  `import { ${name} } from '${module.slice('node:'.length)}';`,
  `import x from '${module}'; x.${name};`,
  `import x from '${module.slice('node:'.length)}'; x?.${name};`,
  `import { default as x } from '${module}'; x.${name};`,
  `import * as x from '${module}'; x.default.${name};`,
  `import x from '${module}'; const { ${name} } = x;`,
  `export { default } from '${module}';`,
];

const waysToGlobal = (name: string): string[] => [
  `${name};`,
  `const x = ${name};`,
  `const x = { ${name} };`,
  `const x = (0, ${name});`,
  `export { ${name} };`,
  `globalThis.${name};`,
  `globalThis['${name}'];`,
  `globalThis[\`${name}\`];`,
  `globalThis?.${name};`,
  `(globalThis as { ${name}: unknown }).${name};`,
  `globalThis!.${name};`,
  `globalThis.globalThis.${name};`,
  `window.self.${name};`,
  `self.${name};`,
  `global.${name};`,
  `const { ${name} } = globalThis;`,
  `const { ${name}: x } = window;`,
  `const { '${name}': x } = window;`,
  `const { globalThis: { ${name}: x } } = window;`,
  `let x; ({ ${name}: x } = globalThis);`,
  `function f({ ${name}: x } = globalThis) { return x; }`,
  `declare const ${name}: unknown; ${name};`,
];

const waysToMember = (member: string): string[] => {
  const [object = '', name = ''] = member.split('.');
  return [
    `${object}.${name};`,
    `${object}?.${name};`,
    `${object}['${name}'];`,
    `${object}[\`${name}\`];`,
    `(${object} as unknown as X).${name};`,
    `const { ${name} } = ${object};`,
    `const { ${name}: x = 1 } = ${object};`,
    `const { ...x } = ${object};`,
    `const { ['${name}']: x } = ${object};`,
    `const { [key]: x } = ${object};`,
    `const x = ${object};`,
    `f(${object});`,
    `const x = { ...${object} };`,
    `(a ? ${object} : b).${name};`,
    `${object}[key];`,
    `export { ${object} };`,
    `globalThis.${object}.${name};`,
    `const x = globalThis.${object};`,
    `const { ${object}: x } = globalThis;`,
    `const { ${object}: { ${name}: x } } = globalThis;`,
    `const { ${object}: { ${name}: x } = y } = globalThis;`,
    `Reflect.get(${object}, '${name}');`,
    `declare const ${object}: X; ${object}.${name};`,
  ];
};

const waysWithoutArgument = (name: string): string[] => [
  `new ${name}();`,
  `new ${name};`,
  `${name}();`,
  `${name}(1);`,
  `new ${name}(...[]);`,
  `new globalThis.${name}();`,
  `const x = ${name};`,
  `class X extends ${name} {}`,
  `Reflect.construct(${name}, []);`,
];

const waysToOption = (name: string): string[] => [
  `f({ ${name}: true });`,
  `f({ '${name}': '/bin/sh' });`,
  `f({ ['${name}']: true });`,
  `const ${name} = true; f({ ${name} });`,
  `const options = { deep: { ${name}: true } };`,
];

const HIDDEN_IMPORTS = [
  'await import(name);',
  'await import(`${name}`);',
  "await import('undi' + 'ci');",
  "import 'data:text/javascript,fetch()';",
  "import 'file:///x.ts';",
  "import 'https://a.example/x.js';",
  "import '/etc/x.js';",
  "import '#alias';",
  "import '../../../node_modules/undici/index.js';",
  "import './secr%65t.ts';",
  "import './x.ts?again';",
  "export * from './x.ts#again';",
];

const GLOBAL_OBJECT_ESCAPES = [
  'const g = globalThis;',
  'const g = globalThis as unknown as X;',
  'globalThis[key];',
  "window['fe' + 'tch'];",
  "Reflect.get(globalThis, 'fetch');",
  'const { ...g } = self;',
  'const { [key]: x } = global;',
  'const { window: w } = globalThis;',
  'f(globalThis);',
  'export { globalThis };',
  'Object.entries(globalThis);',
  'declare const globalThis: X; const g = globalThis;',
];

/** Every known way to use what a rule confines, generated from the rule's own data. */
function waysTo(confinement: Confinement): readonly (readonly [string, readonly string[]])[] {
  const { modules = [], exports = [], imported = [], globals = [], members = [] } = confinement;
  const fromPackages = exports.flatMap(({ modules: from, names }) =>
    from
      .filter((module) => !module.startsWith('packages/'))
      .flatMap((module) => names.map((name) => ({ module, name }))),
  );
  return [
    ...modules.map((module) => [module, waysToModule(module)] as const),
    ...fromPackages.map(
      ({ module, name }) => [`${name} of ${module}`, waysToExport(module, name)] as const,
    ),
    ...imported.map((name) => [`the name ${name}`, waysToName(name)] as const),
    ...globals.map((name) => [name, waysToGlobal(name)] as const),
    ...members.map((member) => [member, waysToMember(member)] as const),
    ...(confinement.withoutArgument ?? []).map(
      (name) => [`${name}()`, waysWithoutArgument(name)] as const,
    ),
    ...(confinement.options ?? []).map(
      (name) => [`the option ${name}`, waysToOption(name)] as const,
    ),
    ...(confinement.hiddenImports === true ? [['a hidden import', HIDDEN_IMPORTS] as const] : []),
    ...(confinement.globalObject === true
      ? [['the global object', GLOBAL_OBJECT_ESCAPES] as const]
      : []),
  ];
}

const anAllowedFile = ({ allowed }: Confinement): string =>
  (allowed.find((glob) => !glob.startsWith('**') && glob !== '*.ts') ?? 'tools/**')
    .replace('/**', '/planted.ts')
    .replace('*', 'planted');

describe.each(CONFINEMENTS.map((confinement) => [confinement.rule, confinement] as const))(
  '%s',
  (rule, confinement) => {
    const ways = waysTo(confinement);
    const reported = (codes: readonly string[], path: string): readonly string[] =>
      codes.filter((code) => complaintsAbout(code, path).includes(rule));

    test.each(ways)('reports every way to %s', (_capability, codes) => {
      expect(codes.length).toBeGreaterThan(0);
      expect(reported(codes, PLANTED)).toEqual(codes);
    });

    test.each(ways)('allows every way to %s in a listed file', (_capability, codes) => {
      expect(reported(codes, anAllowedFile(confinement))).toEqual([]);
    });

    test('allows everything in tests', () => {
      const codes = ways.map(([, [code = '']]) => code);
      expect(reported(codes, PLANTED.replace('.ts', '.test.ts'))).toEqual([]);
    });
  },
);

describe('a relative path into the kernel', () => {
  test.each([
    ['packages/kernel/src/planted.ts', "import * as x from './secret.ts'; x.revealSecret;"],
    ['packages/kernel/src/planted.ts', "export * from './secret.ts';"],
    ['packages/kernel/src/deep/planted.ts', "import * as x from '../index.ts'; x[key];"],
    [PLANTED, "export * from '../../../kernel/src/secret.ts';"],
  ])('%s: %s', (path, code) => {
    expect(complaintsAbout(code, path)).toContain('no-reveal');
  });
});
