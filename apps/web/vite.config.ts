import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  base: '/',
  plugins: [react()],
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
    target: ['chrome125', 'firefox128', 'safari18'],
    chunkSizeWarningLimit: 1500,
    reportCompressedSize: false,
  },
});
