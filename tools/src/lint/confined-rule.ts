import { matchesGlob, relative, sep } from 'node:path';
import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import type { Confinement } from './confinement.ts';
import { freeReferencesOf } from './free-references.ts';
import { moduleImportOf, type ImportNode, type ModuleImport } from './module-import.ts';
import { isHiddenSpecifier, isWithin } from './module-name.ts';
import { propertyNameOf } from './static-text.ts';
import { usesOf, type Use } from './uses-of.ts';

const ROOT = new URL('../../../', import.meta.url).pathname;

/** Names that refer to the global object. */
const GLOBAL_OBJECTS = ['globalThis', 'global', 'window', 'self', 'frames', 'parent', 'top'];

const NOTHING_CONFINED = {
  modules: [],
  exports: [],
  imported: [],
  globals: [],
  members: [],
  withoutArgument: [],
  options: [],
  hiddenImports: false,
  globalObject: false,
} satisfies Partial<Confinement>;

interface Check extends Required<Confinement> {
  readonly report: (node: TSESTree.Node, what: string) => void;
}

export type ConfinedRule = TSESLint.RuleModule<'confined'>;

/** Creates the lint rule of one confinement, which reports any use outside the allowed files. */
export function confinedRule(confinement: Confinement): ConfinedRule {
  return {
    meta: {
      type: 'problem',
      docs: { description: confinement.why },
      messages: { confined: '{{what}} is confined: {{why}}' },
      schema: [],
      defaultOptions: [],
    },
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- the type still asks for it
    defaultOptions: [],
    create: (context) => {
      const path = relative(ROOT, context.filename).split(sep).join('/');
      if (confinement.allowed.some((glob) => matchesGlob(path, glob))) return {};
      const report: Check['report'] = (node, what) => {
        context.report({ node, messageId: 'confined', data: { what, why: confinement.why } });
      };
      return listenersOf({ ...NOTHING_CONFINED, ...confinement, report }, context.sourceCode, path);
    },
  };
}

function listenersOf(
  check: Check,
  sourceCode: Readonly<TSESLint.SourceCode>,
  path: string,
): TSESLint.RuleListener {
  return {
    'ImportDeclaration, ExportNamedDeclaration, ExportAllDeclaration, ImportExpression': (
      node: ImportNode,
    ) => {
      const found = moduleImportOf(node, sourceCode, path);
      if (found === undefined) return;
      const { specifier } = found;
      if (specifier !== undefined && !isHiddenSpecifier(specifier)) checkImport(node, found, check);
      else if (check.hiddenImports) check.report(node, specifier ?? 'a computed import');
    },
    'ObjectExpression > Property': (node: TSESTree.Property) => {
      const name = propertyNameOf(node.key, node.computed);
      if (name !== undefined && check.options.includes(name)) check.report(node, name);
    },
    'Program:exit': () => {
      for (const node of freeReferencesOf(sourceCode)) checkGlobal(node.name, node, check);
    },
  };
}

function checkImport(node: ImportNode, found: ModuleImport, check: Check): void {
  const { module, names, namespaces, passedOn } = found;
  if (check.modules.some((name) => isWithin(module, name))) check.report(node, module);
  const ofModule = check.exports.filter(({ modules }) => modules.includes(module));
  const confined = new Set([...check.imported, ...ofModule.flatMap((one) => one.names)]);
  for (const name of names) if (confined.has(name)) check.report(node, name);
  if (ofModule.length === 0) return;
  for (const namespace of namespaces) checkUses(usesOf(namespace), module, confined, check);
  if (passedOn) check.report(node, `all exports of ${module}`);
}

function checkUses(
  uses: readonly Use[],
  object: string,
  confined: ReadonlySet<string>,
  check: Check,
): void {
  for (const use of uses) {
    if (use.kind === 'escape') check.report(use.node, `${object} as a value`);
    if (use.kind !== 'property') continue;
    if (confined.has(use.name)) check.report(use.node, `${object}.${use.name}`);
    // The default export of a Node module is its namespace again.
    if (use.name === 'default') checkUses(usesOf(use.node), object, confined, check);
  }
}

/** Checks a use of the global `name`. */
function checkGlobal(name: string, place: TSESTree.Node, check: Check): void {
  if (check.globals.includes(name)) check.report(place, name);
  if (GLOBAL_OBJECTS.includes(name)) checkGlobalObject(name, place, check);
  const members = check.members
    .filter((member) => member.startsWith(`${name}.`))
    .map((member) => member.slice(name.length + 1));
  const mustHaveArgument = check.withoutArgument.includes(name);
  if (members.length === 0 && !mustHaveArgument) return;
  const uses = usesOf(place);
  checkUses(uses, name, new Set(members), check);
  if (mustHaveArgument) checkArguments(uses, name, check);
}

function checkGlobalObject(name: string, place: TSESTree.Node, check: Check): void {
  for (const use of usesOf(place)) {
    if (use.kind === 'property') checkGlobal(use.name, use.node, check);
    if (use.kind === 'escape' && check.globalObject) check.report(use.node, `${name} as a value`);
  }
}

function checkArguments(uses: readonly Use[], name: string, check: Check): void {
  for (const use of uses) {
    if (use.kind === 'call' || (use.kind === 'new' && !use.withArgument)) {
      check.report(use.node, `the current ${name}`);
    }
  }
}
