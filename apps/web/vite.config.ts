import react from '@vitejs/plugin-react';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { build, defineConfig, type Plugin } from 'vite';
import { texts } from '../../tools/src/languages/texts-plugin.ts';

/** Writes each script and style sheet compressed too, as `FILE.br`, for browsers that accept it. */
function compressed(): Plugin {
  return {
    name: 'compressed',
    apply: 'build',
    // The files that were written: Vite changes chunks until the last moment.
    writeBundle({ dir = '' }, bundle) {
      for (const name of Object.keys(bundle).filter((file) => /\.(js|css)$/.test(file))) {
        writeFileSync(join(dir, `${name}.br`), brotliCompressSync(readFileSync(join(dir, name))));
      }
    },
  };
}

/** KaTeX lists each font in three formats; every browser that can show the page reads WOFF2. */
function onlyWoff2(): Plugin {
  return {
    name: 'only-woff2',
    enforce: 'pre',
    transform(code, id) {
      if (!id.endsWith('/katex/dist/katex.css')) return undefined;
      return code.replace(/,\s*url\([^)]+\.(?:woff|ttf)\) format\("\w+"\)/g, '');
    },
  };
}

/** `mdast-util-to-hast` brings an imitation of a function that every browser has that can show the page. */
function ownStructuredClone(): Plugin {
  const name = '@ungap/structured-clone';
  return {
    name: 'own-structured-clone',
    enforce: 'pre',
    resolveId: (id) => (id === name ? `\0${name}` : undefined),
    load: (id) => (id === `\0${name}` ? 'export default structuredClone;' : undefined),
  };
}

/**
 * Writes `diagram.html`, which draws diagrams in a frame that may not load anything: its script is one inline
 * script, whose hash the server puts into the policy of the document.
 */
function diagramFrame(): Plugin {
  const source = join(import.meta.dirname, 'src/diagrams/frame');
  return {
    name: 'diagram-frame',
    apply: 'build',
    async writeBundle({ dir = '' }) {
      const built = await build({
        configFile: false,
        logLevel: 'error',
        build: {
          write: false,
          target: TARGET,
          lib: { entry: join(source, 'draw-diagrams.ts'), formats: ['iife'], name: 'diagrams' },
        },
      });
      const script = [built]
        .flat()
        .flatMap((result) => ('output' in result ? result.output : []))
        .map((chunk) => (chunk.type === 'chunk' ? chunk.code : ''))
        .join('');
      const html = readFileSync(join(source, 'diagram.html'), 'utf8').replace(
        '<script></script>',
        // In a script, `\x3c` is `<` in texts and patterns, and nothing else has `</script`.
        () => `<script>${script.replaceAll(/<(?=\/script|!--)/gi, '\\x3c')}</script>`,
      );
      writeFileSync(join(dir, 'diagram.html'), html);
      // A higher quality takes ten times as long.
      const params = { [constants.BROTLI_PARAM_QUALITY]: 9 };
      writeFileSync(join(dir, 'diagram.html.br'), brotliCompressSync(html, { params }));
    },
  };
}

const TARGET = ['chrome125', 'firefox128', 'safari18'];

export default defineConfig({
  base: '/',
  plugins: [texts(), react(), onlyWoff2(), ownStructuredClone(), compressed(), diagramFrame()],
  resolve: {
    // Without `browser`: the browser builds of decode-named-character-reference and
    // hast-util-from-html-isomorphic write innerHTML and use DOMParser, which trusted types forbid.
    conditions: ['module', 'production'],
  },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // A data: URI in CSS would need `font-src data:`; every asset is a file.
    assetsInlineLimit: 0,
    modulePreload: false,
    target: TARGET,
    chunkSizeWarningLimit: 1500,
    reportCompressedSize: false,
  },
});
