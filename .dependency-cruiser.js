// The layer table of ARCHITECTURE.md as rules. Arrows point down only; a violation of each rule is
// planted in testing/suites/checks/layers.test.ts, which proves that the rule bites.
const LAYERS = {
  'packages/kernel': [],
  'packages/protocol': ['packages/kernel'],
  'packages/disk': ['packages/kernel'],
  'packages/database': ['packages/kernel', 'packages/protocol', 'packages/disk'],
  'packages/vault': ['packages/kernel', 'packages/protocol', 'packages/disk'],
  'packages/run': ['packages/kernel', 'packages/protocol', 'packages/disk', 'packages/vault'],
  'packages/importers': ['packages/kernel', 'packages/protocol', 'packages/disk', 'packages/vault'],
  'packages/audit': ['packages/kernel', 'packages/protocol', 'packages/disk'],
  'packages/conversations': ['packages/kernel', 'packages/protocol', 'packages/database'],
  'packages/chat-importers': [
    'packages/kernel',
    'packages/protocol',
    'packages/database',
    'packages/conversations',
  ],
  'packages/dialects': ['packages/kernel', 'packages/protocol'],
  'packages/upstreams': ['packages/kernel', 'packages/protocol', 'packages/dialects'],
  'packages/gateway': [
    'packages/kernel',
    'packages/protocol',
    'packages/database',
    'packages/dialects',
    'packages/upstreams',
  ],
  'packages/app': ['packages/'],
  'apps/web': ['packages/kernel', 'packages/protocol'],
  'apps/cli': ['packages/'],
  tools: ['packages/kernel', 'packages/protocol', 'packages/dialects', 'packages/gateway'],
};

const TESTS = '\\.test\\.tsx?$|/src/testing/';

/** Builds the page, which has no part in the product. */
const BUILD = '^apps/web/vite\\.config\\.ts$';

const layerRules = Object.entries(LAYERS).map(([part, allowed]) => ({
  name: `layer-${part.replace('/', '-')}`,
  comment: `${part} may import only itself and: ${allowed.join(', ') || 'nothing'}`,
  severity: 'error',
  from: { path: `^${part}/`, pathNot: [TESTS, BUILD] },
  to: {
    path: '^(packages|apps|testing|tools|plugins)/',
    pathNot: [`^${part}/`, ...allowed.map((at) => (at.endsWith('/') ? `^${at}` : `^${at}/`))],
  },
}));

// The folders of the page, lowest level first. A folder may import itself and lower levels, so that
// features never import each other and only the shell puts them together.
const WEB_LEVELS = [
  ['state'],
  ['languages'],
  ['api', 'navigation', 'theme'],
  ['controls'],
  ['diagrams'],
  ['conversations', 'markdown', 'models', 'session', 'shortcuts'],
  ['chat-settings', 'prompts'],
  ['chat', 'providers', 'search', 'sign-in', 'unlock', 'vault'],
  ['backup'],
  ['first-run', 'settings', 'sidebar'],
  ['actions'],
  ['shell'],
];

const webRules = WEB_LEVELS.map((folders, level) => ({
  name: `web-level-${level + 1}`,
  comment: `${folders.join(', ')} may import only themselves and lower levels`,
  severity: 'error',
  from: { path: `^apps/web/src/(${folders.join('|')})/`, pathNot: TESTS },
  to: {
    path: '^apps/web/src/',
    pathNot: [
      '^apps/web/src/$1/',
      ...WEB_LEVELS.slice(0, level).map((lower) => `^apps/web/src/(${lower.join('|')})/`),
    ],
  },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...layerRules,
    ...webRules,
    {
      name: 'web-folder-has-a-level',
      comment: 'A new folder of the page needs a place in WEB_LEVELS.',
      severity: 'error',
      from: {
        path: '^apps/web/src/[^/]+/',
        pathNot: [TESTS, `^apps/web/src/(${WEB_LEVELS.flat().join('|')})/`],
      },
      to: { path: '.' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'kernel-is-alone',
      comment: 'The kernel imports nothing: no third party, no node: module.',
      severity: 'error',
      from: { path: '^packages/kernel/src', pathNot: TESTS },
      to: { pathNot: '^packages/kernel/src' },
    },
    {
      name: 'pure-parts',
      comment: 'Protocol and dialects do no I/O.',
      severity: 'error',
      from: { path: '^packages/(protocol|dialects)/src', pathNot: TESTS },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'protocol-one-library',
      severity: 'error',
      from: { path: '^packages/protocol/src', pathNot: TESTS },
      to: { path: 'node_modules/', pathNot: 'node_modules/valibot/' },
    },
    {
      name: 'index-only',
      comment: 'A package is entered through its root index.',
      severity: 'error',
      from: { path: '^(packages|apps|testing|tools)/([^/]+)/' },
      to: {
        path: '^packages/[^/]+/src/',
        pathNot: [
          '^packages/[^/]+/src/index\\.ts$',
          '^packages/[^/]+/src/testing/index\\.ts$',
          // Without the test runner: for the processes that tests start.
          '^packages/vault/src/testing/weak-kdf-costs\\.ts$',
          '^packages/$2/',
        ],
      },
    },
    {
      name: 'no-testing-in-product',
      comment: 'What the product ships imports no test and nothing made for tests.',
      severity: 'error',
      from: { path: '^(packages|apps)/', pathNot: TESTS },
      to: { path: TESTS },
    },
    {
      name: 'not-resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'declared-dependencies',
      comment: "A part's package.json is the audit list of what it may depend on.",
      severity: 'error',
      from: { path: '^(packages|apps)/', pathNot: TESTS },
      to: {
        dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev'],
        pathNot: 'node_modules/(@types|@vitejs|vite)/',
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // Only what is built here: a rule must see imports of packages that are published from `dist`.
    exclude: { path: '^(packages|apps)/[^/]+/dist/|^testing/peers/' },
    tsPreCompilationDeps: true,
    combinedDependencies: false,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.js', '.d.ts'],
    },
  },
};
